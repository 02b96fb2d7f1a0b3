// Walking a list with keys or buttons, and the preview of a row beside it (`data-preview`, into #drawer).
import htmx from "htmx.org";
import { always, on } from "./dom.js";
import { panelHere, panelOf, pick, rows } from "./list.js";
import { closeDrawer } from "./overlays.js";
import { send } from "./requests.js";
import { text } from "./texts.js";
import { toast } from "./toasts.js";

const pause = 60; // milliseconds between two rows of a held key: those run past are not asked for

let current = ""; // the row walked to, which outlives a swap of the list
let arriving = 0; // the direction in which a page was left

/** The row walked to, if it is in the page. */
export const currentRow = () => panelHere()?.querySelector("tr[data-row].cur") ?? null;

const name = (row) => `${panelOf(row).dataset.list}:${row.dataset.row}`;

const shown = () => document.querySelector("[data-drawer]");

function stand(row) {
  current = name(row);
  for (const other of rows(panelOf(row))) other.classList.toggle("cur", other === row);
  row.tabIndex = -1;
  row.scrollIntoView({ block: "nearest" });
}

let request;
/** Shows the preview at the address; a later one replaces it, whichever answer comes first. */
export async function preview(url) {
  request?.abort();
  const mine = (request = new AbortController());
  shown()?.setAttribute("aria-busy", "true");
  const answer = await send(url, { method: "GET", headers: { "HX-Request": "true", "HX-Request-Type": "partial", Accept: "text/html" }, signal: mine.signal }).catch(() => null);
  const page = answer?.ok ? await answer.text().catch(() => null) : null;
  if (mine.signal.aborted) return;
  shown()?.removeAttribute("aria-busy");
  const drawer = page && new DOMParser().parseFromString(page, "text/html").querySelector("[data-drawer]");
  if (!drawer) {
    if (answer?.status !== 401) toast(text(answer ? (answer.status === 404 ? "gone" : "failed") : navigator.onLine ? "unreachable" : "offline"), { level: "error" });
    return;
  }
  const region = document.getElementById("drawer");
  region.replaceChildren(document.adoptNode(drawer));
  htmx.process(region);
}

// The tabs of a preview open in it.
on("click", "[data-preview-tab]", (event, tab) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  preview(tab.dataset.previewTab);
});

let timer;
function previewRow(row, wait = 0) {
  stand(row);
  clearTimeout(timer);
  if (row.dataset.preview) timer = setTimeout(() => preview(row.dataset.preview), wait);
}

function openRow(row, event) {
  const link = row.querySelector("[data-m=title] a, .nm a, td a[href]");
  if (event?.ctrlKey || event?.metaKey) window.open(row.dataset.url ?? link?.href, "_blank", "noopener");
  else if (link) link.click();
  else if (row.dataset.url) location.href = row.dataset.url;
}

on("click", "tr[data-row]", (event, row) => {
  if (event.target.closest("a, button, input, label, select, textarea, form, [data-m=tags] a, .dropdown-menu")) return;
  if (getSelection()?.toString()) return;
  if (!row.dataset.preview || !matchMedia("(min-width: 768px)").matches) openRow(row, event);
  // A value that can be changed in its place may be about to be clicked a second time.
  else if (event.target.closest("[data-field]")) previewRow(row, event.detail > 1 ? 100_000 : 240);
  else previewRow(row);
});
on("dblclick", "tr[data-row] [data-field]", () => clearTimeout(timer));

/** Moves to the row `step` away from the current one, over the edge of the page; shows its preview when one is open. */
export function walk(step) {
  const panel = panelHere();
  const all = panel ? rows(panel) : [];
  if (!all.length) return;
  const at = all.indexOf(currentRow());
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  if (all[to]) {
    if (shown()) previewRow(all[to], pause);
    else stand(all[to]);
    return;
  }
  const link = panel.querySelector(step > 0 ? "a[rel=next]" : "a[rel=prev]");
  if (!link || arriving) return;
  arriving = step;
  link.click();
}
on("click", "[data-walk]", (event, button) => walk(Number(button.dataset.walk)));

always("[data-list]", (panel) => {
  const all = rows(panel);
  const step = arriving;
  arriving = 0;
  if (step && all.length) {
    const row = step > 0 ? all[0] : all.at(-1);
    if (shown()) previewRow(row);
    else stand(row);
    return;
  }
  all.find((row) => name(row) === current)?.classList.add("cur");
});
for (const failed of ["htmx:error", "htmx:response:error"]) document.addEventListener(failed, () => (arriving = 0));

// The preview is left where it was opened: at its row.
document.addEventListener("shell:drawer-closed", () => {
  clearTimeout(timer);
  request?.abort();
  currentRow()?.focus({ preventScroll: true });
});

/** Opens the current row; false when there is none. */
export function openCurrent() {
  const row = currentRow();
  if (!row) return false;
  openRow(row);
  return true;
}

/** Shows the preview of the current row (of the first one, where one has not walked), or closes it. */
export function togglePreview() {
  if (closeDrawer()) return;
  const panel = panelHere();
  const row = currentRow() ?? (panel && rows(panel)[0]);
  if (row) previewRow(row);
}

/** Selects or lets go the current row. */
export function pickCurrent() {
  const row = currentRow();
  if (row) pick(row);
}
