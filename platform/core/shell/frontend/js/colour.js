// A colour as text, which may be empty, with the browser's own picker beside it.
import { each, el } from "./dom.js";

const whole = /^#[0-9a-f]{6}$/i;

each("input[data-colour]", (input) => {
  const box = el("div", { class: "d-flex gap-2" });
  const picker = el("input", { type: "color", class: "form-control form-control-color", tabindex: "-1", "aria-label": input.labels?.[0]?.textContent ?? "" });
  const show = () => {
    picker.value = whole.test(input.value) ? input.value : input.placeholder;
  };
  input.replaceWith(box);
  box.append(input, picker);
  show();
  input.addEventListener("input", show);
  picker.addEventListener("input", () => {
    input.value = picker.value;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
});
