// A colleague saved first: the server answers 409 with a dialog (shell/parts/clash.html) that shows both values of
// every field. What the user chooses goes into the form, with the new version, and the form is sent again.
import htmx from "htmx.org";
import { on } from "./dom.js";

let form;

/** Asks whose values to keep, as the answer says, and sends the form again; false when the answer asks nothing. */
export function settle(answer, sent) {
  const dialog = new DOMParser().parseFromString(answer, "text/html").querySelector("[data-dialog]");
  if (!dialog) return false;
  form = sent;
  const region = document.getElementById("dialog");
  region.replaceChildren(document.adoptNode(dialog));
  htmx.process(region);
  return true;
}

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  if (ctx.response.status === 409) settle(ctx.text, ctx.request.form);
});

function put(name, value) {
  const fields = [...form.elements].filter((field) => field.name === name);
  const wanted = Array.isArray(value) ? value.map(String) : [String(value ?? "")];
  for (const field of fields) {
    if (field.matches("[type=checkbox],[type=radio]")) field.checked = typeof value === "boolean" ? value : wanted.includes(field.value);
    else if (field.matches("select")) {
      for (const option of field.options) option.selected = wanted.includes(option.value);
      field.tomselect?.sync();
    } else field.value = wanted[0];
  }
}

on("submit", "form[data-clash]", (event, dialog) => {
  event.preventDefault();
  for (const row of dialog.querySelectorAll("[data-field]"))
    if (dialog.querySelector(`input[name="${CSS.escape(row.dataset.field)}"]:checked`)?.value === "theirs") put(row.dataset.field, JSON.parse(row.dataset.theirs));
  put("version", dialog.dataset.clash);
  document.dispatchEvent(new CustomEvent("close-dialog"));
  if (form.isConnected) form.requestSubmit();
});
