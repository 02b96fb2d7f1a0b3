// Menus, dialogs, drawer and tooltips: Bootstrap's own, and the parts that htmx swaps in.
import Dropdown from "bootstrap/js/src/dropdown.js";
import Modal from "bootstrap/js/src/modal.js";
import Tooltip from "bootstrap/js/src/tooltip.js";
import { each, el, icon, on } from "./dom.js";
import { text } from "./texts.js";

/** Shows a dialog element that was just put into the page; it leaves the page when it is closed. */
export function open(element) {
  const dialog = new Modal(element);
  hideOnceShown(element, dialog);
  // Bootstrap puts the focus on the dialog itself once it stands; who opened it wants to type, or types already.
  let chosen;
  element.addEventListener("focusin", ({ target }) => target !== element && (chosen = target));
  element.addEventListener("shown.bs.modal", () => (chosen ?? element.querySelector("[autofocus], .is-invalid") ?? element.querySelector(".modal-body :is(input:not([type=hidden]), select, textarea):not(:disabled)"))?.focus());
  element.addEventListener("hidden.bs.modal", () => {
    dialog.dispose();
    element.remove();
  });
  dialog.show();
  return dialog;
}

// Bootstrap is deaf while a dialog comes in; whoever asks for its end then means it.
const opening = new Map();
function hideOnceShown(element, dialog) {
  const hide = dialog.hide.bind(dialog);
  opening.set(element, { dialog, since: performance.now() });
  dialog.hide = () => (opening.has(element) ? element.addEventListener("shown.bs.modal", hide, { once: true }) : hide());
  element.addEventListener("shown.bs.modal", () => opening.delete(element), { once: true });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  for (const [element, { dialog, since }] of opening) {
    // The key that asked for a dialog (is what was typed to be lost?) does not answer it.
    if (element.dataset.bsKeyboard !== "false" && since < event.timeStamp) dialog.hide();
  }
});

/** Builds and shows a dialog with a title (text), a body and buttons (nodes). */
export function dialog({ title = "", body, buttons = [], size = "sm", fixed = false }) {
  const content = el("div", { class: "modal-content" });
  if (title) {
    const close = el("button", { type: "button", class: "btn btn-ghost btn-icon", "data-bs-dismiss": "modal", "aria-label": text("close") });
    close.append(icon("x"));
    content.append(el("div", { class: "modal-header" }, el("h2", { class: "modal-title" }, title), fixed ? "" : close));
  }
  content.append(el("div", { class: "modal-body" }, body));
  if (buttons.length) content.append(el("div", { class: "modal-footer" }, ...buttons));
  const element = el(
    "div",
    { class: "modal fade", tabindex: "-1", role: "dialog", "aria-modal": "true", "aria-label": title || null, ...(fixed ? { "data-bs-backdrop": "static", "data-bs-keyboard": "false" } : {}) },
    el("div", { class: `modal-dialog modal-dialog-centered modal-dialog-scrollable modal-${size}` }, content),
  );
  document.body.append(element);
  const shown = open(element);
  return { element, close: () => shown.hide() };
}

each("[data-dialog]", (element) => {
  if (!Modal.getInstance(element)) open(element);
});

// The server closes what it opened: HX-Trigger: close-dialog.
function closeDialogs() {
  for (const element of document.querySelectorAll(".modal.show")) Modal.getInstance(element)?.hide();
}
document.addEventListener("close-dialog", closeDialogs);

// The menu must not be cut off by a table or a panel that scrolls.
each('[data-bs-toggle="dropdown"]', (button) => {
  Dropdown.getOrCreateInstance(button, { popperConfig: (usual) => ({ ...usual, strategy: "fixed" }), autoClose: button.dataset.bsAutoClose ?? true });
});

each('[data-bs-toggle="tooltip"]', (element) => Tooltip.getOrCreateInstance(element));

// The drawer: a part swapped into #drawer.
const drawer = () => document.querySelector("[data-drawer]");
let opener;

export function closeDrawer() {
  const shown = drawer();
  if (!shown) return false;
  shown.remove();
  opener?.focus?.();
  opener = undefined;
  document.dispatchEvent(new CustomEvent("shell:drawer-closed"));
  return true;
}

each("[data-drawer]", (element) => {
  // One that takes another's place slides in no more, and gives the focus back where the first one took it.
  if (opener) element.classList.add("still");
  else opener = document.activeElement;
  element.focus({ preventScroll: true });
});
on("click", "[data-drawer-close]", closeDrawer);
document.addEventListener("close-drawer", closeDrawer);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
  if (document.querySelector(".modal, .dropdown-menu.show, .cmdk")) return;
  if (closeDrawer()) event.preventDefault();
});
// A new page needs neither preview nor dialog of the old one.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.select !== "#app" && !ctx.select?.includes("hx-history-elt")) return;
  closeDrawer();
  closeDialogs();
});
