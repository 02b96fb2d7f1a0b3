// Lists: selecting rows, the bulk bar, row height, stars. Walking and previews: preview.js; columns: columns.js.
//
// <div class="panel" id="panel" data-list="people.user" data-total="214">
//   .bulk[data-bulk] with forms or hx-post buttons; each gets `ids` (repeated), or `all=1` with the list's own query
//   tr[data-row="<id>"][data-url][data-preview] with a checkbox [data-pick]; [data-pick-page] in the head
import htmx from "htmx.org";
import { always, el, on, storage } from "./dom.js";
import { closeDrawer } from "./overlays.js";
import { send } from "./requests.js";
import { text } from "./texts.js";

const lists = new Map(); // name → { ids, all, anchor, query }

/** What makes two pages of a list the same list: its address without page, size and order. */
function identity() {
  const query = new URLSearchParams(location.search);
  for (const name of ["page", "size", "sort", "columns"]) query.delete(name);
  query.sort();
  return `${location.pathname}?${query}`;
}

function state(panel) {
  const name = panel.dataset.list;
  const query = identity();
  let found = lists.get(name);
  if (!found || found.query !== query) lists.set(name, (found = { ids: new Set(), all: false, anchor: null, query }));
  return found;
}

export const rows = (panel) => [...panel.querySelectorAll("tr[data-row]")];
export const panelOf = (element) => element.closest("[data-list]");
export const panelHere = () => document.querySelector("[data-list]");

function show(panel) {
  const chosen = state(panel);
  const shown = rows(panel);
  for (const row of shown) {
    const selected = chosen.all || chosen.ids.has(row.dataset.row);
    row.classList.toggle("sel", selected);
    const box = row.querySelector("[data-pick]");
    if (box) box.checked = selected;
  }
  const here = shown.filter((row) => row.classList.contains("sel")).length;
  const head = panel.querySelector("[data-pick-page]");
  if (head) {
    head.checked = here > 0 && here === shown.length;
    head.indeterminate = here > 0 && here < shown.length;
  }
  const total = Number(panel.dataset.total ?? shown.length);
  const number = chosen.all ? total : chosen.ids.size;
  const bar = panel.querySelector("[data-bulk]");
  if (!bar) return;
  bar.hidden = number === 0;
  for (const place of bar.querySelectorAll("[data-count]")) place.textContent = number.toLocaleString();
  const everything = bar.querySelector("[data-pick-all]");
  if (everything) everything.hidden = chosen.all || total <= shown.length;
}

function choose(panel, changed, selected) {
  const chosen = state(panel);
  if (chosen.all) {
    // One row taken out of "all": the rows in sight stay chosen, the others can't be named.
    chosen.all = false;
    for (const row of rows(panel)) chosen.ids.add(row.dataset.row);
  }
  for (const row of changed) chosen.ids[selected ? "add" : "delete"](row.dataset.row);
  show(panel);
}

/** Forgets the selection; tells whether there was one. */
export function clear(panel = panelHere()) {
  if (!panel) return false;
  const chosen = state(panel);
  const had = chosen.all || chosen.ids.size > 0;
  chosen.all = false;
  chosen.ids.clear();
  chosen.anchor = null;
  show(panel);
  return had;
}

always("[data-list]", show);
document.addEventListener("close-dialog", () => panelHere() && show(panelHere()));
document.addEventListener("clear-selection", () => clear());

on("click", "[data-pick]", (event, box) => {
  const panel = panelOf(box);
  const row = box.closest("tr[data-row]");
  const all = rows(panel);
  const chosen = state(panel);
  const from = all.findIndex((other) => other.dataset.row === chosen.anchor);
  const to = all.indexOf(row);
  const changed = event.shiftKey && from >= 0 ? all.slice(Math.min(from, to), Math.max(from, to) + 1) : [row];
  chosen.anchor = row.dataset.row;
  choose(panel, changed, box.checked);
});
// Shift and click would select text.
on("mousedown", "tr[data-row]", (event) => event.shiftKey && event.preventDefault());

on("change", "[data-pick-page]", (event, box) => choose(panelOf(box), rows(panelOf(box)), box.checked));
on("click", "[data-pick-all]", (event, button) => {
  state(panelOf(button)).all = true;
  show(panelOf(button));
});
on("click", "[data-pick-none]", (event, button) => clear(panelOf(button)));

function add(panel, body) {
  const chosen = state(panel);
  body.delete("ids");
  body.delete("all");
  if (chosen.all) {
    body.set("all", "1");
    for (const [name, value] of new URLSearchParams(panel.dataset.query ?? location.search)) if (!body.has(name)) body.append(name, value);
  } else for (const id of chosen.ids) body.append("ids", id);
}
document.addEventListener("formdata", (event) => {
  const panel = event.target.closest("[data-bulk]") && panelOf(event.target);
  if (panel) add(panel, event.formData);
});
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const bar = ctx.sourceElement.closest?.("[data-bulk]");
  if (bar && !ctx.sourceElement.closest("form")) add(panelOf(bar), ctx.request.body);
});

// A phone has no room for what stands in a row: it moves to the head of the row's menu when that is opened.
on("show.bs.dropdown", ".ops .dropdown", (event, menu) => {
  const inSight = menu.closest(".ops").querySelector(".in-sight");
  if (inSight.offsetParent) return;
  const items = [...inSight.children].map((operation) => {
    (operation.matches(".lk") ? operation : operation.querySelector(".lk")).classList.replace("lk", "dropdown-item");
    return el("li", {}, operation);
  });
  menu.querySelector(".dropdown-menu").prepend(...items);
});

/** Selects or lets go a row. */
export function pick(row) {
  if (!row.querySelector("[data-pick]")) return;
  const panel = panelOf(row);
  state(panel).anchor = row.dataset.row;
  choose(panel, [row], !row.classList.contains("sel"));
}

// A dialog that the same key closes has lost its .show by now, and still stands: the key was for it alone.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector(".modal, .dropdown-menu.show, .cmdk, [data-drawer]")) return;
  if (clear()) event.preventDefault();
});

// Row height: dense, usual or airy, for all lists of this device.
const densities = ["", "dense", "airy"];
function density(panel) {
  const wanted = panel.dataset.rows ?? storage.get("list:density") ?? ""; // a saved view may have its own
  for (const name of densities) if (name) panel.classList.toggle(name, name === wanted);
}
always("[data-list]", density);
on("click", "[data-density]", () => {
  const next = densities[(densities.indexOf(storage.get("list:density") ?? "") + 1) % densities.length];
  storage.set("list:density", next);
  for (const panel of document.querySelectorAll("[data-list]")) {
    delete panel.dataset.rows;
    density(panel);
  }
});

// The star of a row or a record: shown at once, taken back when the server refuses.
on("click", "[data-star]", async (event, button) => {
  event.preventDefault();
  const was = button.classList.contains("on");
  const set = (starred) => {
    button.classList.toggle("on", starred);
    button.setAttribute("aria-pressed", String(starred));
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, starred ? "#star-filled" : "#star"));
  };
  set(!was);
  const answer = await send(button.dataset.star, { body: new URLSearchParams({ on: was ? "" : "1" }) }).catch(() => null);
  if (answer?.ok) return;
  set(was);
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: text("failed"), level: "error" } }));
});

// Undoing something brings rows back, and changes counts beside them: the page is asked again.
document.addEventListener("shell:undone", () => {
  closeDrawer();
  if (document.querySelector("#app")) htmx.ajax("GET", location.pathname + location.search, { target: "#app", select: "#app", swap: "outerHTML" });
  else location.reload();
});
