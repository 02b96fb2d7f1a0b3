// A password for somebody else: made here at random, shown so that it can be passed on.
import { each, el } from "./dom.js";
import { text } from "./texts.js";

// Without the characters that are taken for one another.
const letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const length = 12;

function random() {
  const limit = 256 - (256 % letters.length); // bytes above it would make some letters likelier
  let made = "";
  while (made.length < length || !/\d/.test(made)) {
    if (made.length >= length) made = "";
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < limit) made += letters[byte % letters.length];
  }
  return made;
}

each("input[data-generate]", (input) => {
  const box = el("div", { class: "d-flex gap-2" });
  const button = el("button", { type: "button", class: "btn btn-light" }, text("generate"));
  input.replaceWith(box);
  box.append(input, button);
  button.addEventListener("click", () => {
    input.type = "text";
    input.value = random();
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.select();
  });
});
