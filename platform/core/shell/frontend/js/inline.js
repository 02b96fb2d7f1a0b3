// Changing a value in its place: double click, the pencil, or Enter and F2 on it.
//
// `data-inline="<address>"` stands on a record (a row, a page, a preview): the field's name after it is asked for the
// control (GET), which is sent back (POST). `data-cell="<name>"` shows a value, with `data-field` it can be changed.
// The answer is the record as it is then: everything shown of it here is put right, not the one value alone.
import htmx from "htmx.org";
import { isComposing } from "./composition.js";
import { settle } from "./conflict.js";
import { el, on, typing } from "./dom.js";
import { panelOf } from "./list.js";
import { currentRow } from "./preview.js";
import { send } from "./requests.js";
import { text } from "./texts.js";
import { toast } from "./toasts.js";

const html = { "HX-Request": "true", "HX-Request-Type": "partial", Accept: "text/html" };
const refusals = { 403: "forbidden", 404: "gone", 413: "tooLarge", 429: "tooMany" };

let open; // { cell, nodes, form, first, byKeys }

const scopeOf = (cell) => cell.closest("[data-inline]");

function complain(answer) {
  if (answer?.status === 401) return;
  toast(text(answer ? (refusals[answer.status] ?? (answer.status >= 500 ? "serverError" : "failed")) : navigator.onLine ? "unreachable" : "offline"), { level: "error" });
}

const values = (form) => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();

async function start(cell) {
  if (open?.cell === cell) return;
  if (open) await leave();
  const url = `${scopeOf(cell).dataset.inline}${encodeURIComponent(cell.dataset.cell)}/`;
  cell.classList.add("asking");
  const answer = await send(url, { method: "GET", headers: html }).catch(() => null);
  cell.classList.remove("asking");
  if (!answer?.ok) return complain(answer);
  const part = await answer.text();
  if (!cell.isConnected || open) return;
  open = { cell, nodes: [...cell.childNodes], first: "", byKeys: false };
  show(part);
}

/** Puts the control in place of the value. */
function show(part) {
  const { cell } = open;
  const form = document.adoptNode(new DOMParser().parseFromString(part, "text/html").querySelector("[data-inline-form]"));
  cell.classList.add("open");
  // In a list the control stands over the cells, and the value unseen behind it keeps the columns as wide as they are.
  cell.replaceChildren(...(cell.matches("td") ? [el("div", { class: "behind" }, ...open.nodes)] : []), form);
  open.form = form;
  htmx.process(form);
  open.first ||= values(form);
  const control = form.querySelector("[aria-invalid], .ctl :is(input:not([type=hidden]), select, textarea)");
  control?.focus();
  control?.select?.();
}

/** Puts the value back as it was; the focus stays at its place. */
function cancel({ focus = true } = {}) {
  if (!open) return;
  const { cell, nodes } = open;
  open = undefined;
  cell.classList.remove("open", "saving");
  cell.replaceChildren(...nodes);
  if (focus) point(cell);
}

/** Where the focus goes when the control is gone: the cell of a list, the pencil of a page. */
function point(cell) {
  const pencil = cell.parentElement?.querySelector("[data-field-edit]");
  if (!pencil) cell.tabIndex = -1;
  (pencil ?? cell).focus({ preventScroll: true });
}

/** Somebody clicked elsewhere: what was typed is saved, what was only looked at is closed. */
async function leave() {
  if (!open) return;
  if (values(open.form) === open.first) cancel({ focus: false });
  else await save();
}

/** What the control says, in words, shown until the server has answered. */
function said(form) {
  const box = form.querySelector(".form-switch input, .form-check input[type=checkbox]");
  if (box) return box.checked ? text("yes") : text("no");
  return form.querySelector(".ctl select")?.selectedOptions[0]?.textContent ?? "";
}

async function save() {
  const { cell, form, nodes } = open;
  if (cell.classList.contains("saving")) return;
  cell.classList.add("saving");
  const body = new FormData(form);
  const panel = panelOf(cell);
  if (panel) body.set("list", panel.dataset.address ?? "");
  const instant = form.hasAttribute("data-instant");
  if (instant) cell.replaceChildren(el("span", {}, said(form)));
  const answer = await send(form.getAttribute("action"), { body, headers: html }).catch(() => null);
  const part = answer ? await answer.text().catch(() => "") : "";
  cell.classList.remove("saving");
  if (!cell.isConnected) return;
  if (answer?.status === 422) {
    if (instant) refuse(cell);
    show(part);
  } else if (answer?.status === 409) {
    if (instant) cell.replaceChildren(form);
    if (!settle(part, form)) complain(answer);
  } else if (!answer?.ok) {
    complain(answer);
    // What was typed stays; what was only chosen is visibly taken back.
    if (!instant) return;
    open = { cell, nodes, form };
    cancel();
    refuse(cell);
  } else {
    cancel();
    if (answer.status !== 204) renew(cell, part);
    tell(answer);
  }
}

function refuse(cell) {
  cell.classList.add("refused");
  setTimeout(() => cell.classList.remove("refused"), 1200);
}

/** Shows the values of the answer wherever the record is shown in this scope. */
function renew(cell, part) {
  // A row alone would be no valid document: it is read as part of a table.
  const answer = new DOMParser().parseFromString(part.trimStart().startsWith("<tr") ? `<table>${part}</table>` : part, "text/html");
  const scope = scopeOf(cell);
  for (const fresh of answer.querySelectorAll("[data-cell]")) {
    for (const old of scope.querySelectorAll(`[data-cell="${CSS.escape(fresh.dataset.cell)}"]`)) {
      old.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
      htmx.process(old);
    }
  }
  // Changed in the preview, it changes in the list behind it.
  if (scope.matches("[data-drawer]") && document.getElementById("list")) htmx.ajax("GET", location.pathname + location.search, { target: "#list", swap: "outerHTML" });
  cell.classList.add("saved");
  setTimeout(() => cell.classList.remove("saved"), 1200);
}

function tell(answer) {
  const events = answer.headers.get("HX-Trigger");
  if (!events?.startsWith("{")) return;
  for (const [name, detail] of Object.entries(JSON.parse(events))) document.dispatchEvent(new CustomEvent(name, { detail }));
}

on("dblclick", "[data-inline] [data-field]", (event, cell) => {
  if (event.target.closest("form, input, select, textarea, button")) return;
  event.preventDefault();
  getSelection()?.removeAllRanges();
  start(cell);
});
on("click", "[data-inline] [data-field-edit]", (event, button) => start(button.parentElement.querySelector("[data-field]")));
on("click", "[data-inline-cancel]", () => cancel());
on("submit", "[data-inline-form]", (event) => {
  event.preventDefault();
  if (open) save();
});

// A choice is saved when it is made. Chosen with the arrows it is not made yet: Enter says so, or leaving the control.
on("pointerdown", "[data-inline-form]", () => open && (open.byKeys = false));
on("change", "[data-inline-form][data-instant]", () => open && !open.byKeys && save());
on("keydown", "[data-inline-form]", (event, form) => {
  if (!open || isComposing()) return;
  if (event.key === "Escape") {
    if (form.querySelector(".ts-wrapper.dropdown-active")) return;
    event.preventDefault();
    event.stopPropagation();
    cancel();
  } else if (event.key === "Enter" && (event.target.matches("select, [type=checkbox]") || (event.target.matches("textarea") && (event.ctrlKey || event.metaKey)))) {
    event.preventDefault();
    save();
  } else if (event.key !== "Enter" && event.target.matches("select")) open.byKeys = true;
});
document.addEventListener("pointerdown", (event) => {
  if (open && !event.target.closest?.("[data-inline-form], .ts-dropdown, .modal, .toasts")) leave();
});
// A part swapped in takes the control away with what was around it.
document.addEventListener("htmx:after:swap", () => open && !open.cell.isConnected && (open = undefined));

// With keys: F2 on a row goes to its first value, the arrows from one to the next, Enter or F2 changes it.
addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isComposing() || typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector(".modal.show, .cmdk, .dropdown-menu.show")) return;
  const cell = event.target.matches?.("td[data-field]") ? event.target : null;
  const go = (to) => {
    if (!to) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    to.tabIndex = -1;
    to.focus();
    to.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  if (!cell) {
    if (event.key === "F2") go(currentRow()?.querySelector("[data-field]"));
    return;
  }
  const row = cell.closest("tr");
  const all = [...row.querySelectorAll("[data-field]")];
  const beside = (line) => line?.querySelector(`[data-field][data-cell="${CSS.escape(cell.dataset.cell)}"]`);
  switch (event.key) {
    case "Enter":
    case "F2":
      event.preventDefault();
      event.stopImmediatePropagation();
      start(cell);
      break;
    case "ArrowRight":
      return go(all[all.indexOf(cell) + 1]);
    case "ArrowLeft":
      return go(all[all.indexOf(cell) - 1]);
    case "ArrowDown":
      return go(beside(row.nextElementSibling));
    case "ArrowUp":
      return go(beside(row.previousElementSibling));
    case "Escape":
      row.tabIndex = -1;
      return go(row);
  }
}, true);
