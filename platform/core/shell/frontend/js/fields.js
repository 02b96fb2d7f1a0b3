// Controls that HTML does not have: searchable selects (loaded when met), files with a name and a way to clear them.
import { each, later, on } from "./dom.js";
import { text } from "./texts.js";

each("select[data-picker]", async (select) => {
  const loaded = await later(() => import("./picker.js"));
  if (select.isConnected) loaded?.pick(select);
});

each("textarea[data-mentions]", async (area) => {
  const loaded = await later(() => import("./mentions.js"));
  if (area.isConnected) loaded?.offer(area);
});

// Radio buttons drawn as tabs.
on("change", "[data-tab]", (event, radio) => {
  for (const other of radio.form.querySelectorAll(`[data-tab][name="${CSS.escape(radio.name)}"]`)) other.closest("label").classList.toggle("on", other.checked);
});
on("click", "[data-focus-on]", (event, link) => {
  event.preventDefault();
  const field = document.querySelector(link.dataset.focusOn);
  field?.scrollIntoView({ block: "center" });
  field?.focus({ preventScroll: true });
});

// A choice that says which of several fields is filled in: `data-shows="value"` shows the field `value.<choice>`.
function shows(select) {
  for (const option of select.options) {
    const field = option.value && document.getElementById(`id_${select.dataset.shows}.${option.value}_field`);
    if (field) field.hidden = option.value !== select.value;
  }
}
each("select[data-shows]", shows);
on("change", "select[data-shows]", (event, select) => shows(select));

// A field that means something with some choices of another only: `data-only-with="<name of that one> <choice> <choice>"`.
function fits(control) {
  const [name, ...choices] = control.dataset.onlyWith.split(" ");
  const field = document.getElementById(`${control.id}_field`);
  if (field) field.hidden = !choices.includes(control.form?.elements[name]?.value);
}
each("[data-only-with]", fits);
on("change", "select", (event, select) => select.form?.querySelectorAll("[data-only-with]").forEach(fits));

const size = (bytes) => (bytes < 1_048_576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`);

on("change", "[data-file] input[type=file]", (event, input) => {
  const box = input.closest("[data-file]");
  const files = [...input.files];
  box.querySelector(".fname").textContent = files.map((file) => `${file.name} (${size(file.size)})`).join("  ");
  const clear = box.querySelector("[data-file-clear]");
  if (clear) clear.hidden = files.length === 0;
  const drop = box.querySelector("input[type=checkbox]");
  if (drop) drop.checked = false;
  const picture = box.querySelector(".pic");
  if (!picture || !files[0]?.type.startsWith("image/")) return;
  const image = new Image();
  image.alt = "";
  image.src = URL.createObjectURL(files[0]);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src));
  picture.replaceChildren(image);
});

on("click", "[data-file-clear]", (event, button) => {
  const box = button.closest("[data-file]");
  const input = box.querySelector("input[type=file]");
  input.value = "";
  box.querySelector(".fname").textContent = text("cleared");
  const drop = box.querySelector("input[type=checkbox]");
  if (drop) drop.checked = true;
  box.querySelector(".pic")?.replaceChildren();
  button.hidden = true;
  input.dispatchEvent(new CustomEvent("file-cleared", { bubbles: true }));
});

// Files dropped on `data-drop` go to the file input inside it, and its form is sent.
for (const type of ["dragenter", "dragover"])
  on(type, "[data-drop]", (event, zone) => {
    event.preventDefault();
    zone.classList.add("over");
  });
on("dragleave", "[data-drop]", (event, zone) => zone.contains(event.relatedTarget) || zone.classList.remove("over"));
on("drop", "[data-drop]", (event, zone) => {
  event.preventDefault();
  zone.classList.remove("over");
  const input = zone.querySelector("input[type=file]");
  if (!input || !event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
on("change", "[data-send-on-change]", (event, field) => field.form?.requestSubmit());

// A secret can be copied, and is shown masked until asked for.
on("click", "[data-copy]", async (event, button) => {
  await navigator.clipboard.writeText(button.dataset.copy);
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: text("copied") } }));
});
on("click", "[data-reveal]", (event, button) => {
  const input = document.getElementById(button.dataset.reveal);
  input.type = input.type === "password" ? "text" : "password";
  button.setAttribute("aria-pressed", String(input.type === "text"));
});
