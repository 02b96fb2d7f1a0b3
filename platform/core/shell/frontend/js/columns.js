// The columns of a list: their order, their widths, those that stay in sight. All of it is kept by the server, per user.
import htmx from "htmx.org";
import { always, each, el, later, on } from "./dom.js";
import { panelOf, rows } from "./list.js";
import { send } from "./requests.js";
import { text } from "./texts.js";
import { toast } from "./toasts.js";

const narrowest = 60;
const widest = 800;

// An order the user drags: columns, menu entries. Without a mouse: arrows on the grip.
const reordered = (list) => list.dispatchEvent(new CustomEvent("reordered", { bubbles: true }));

each("[data-order]", async (list) => {
  const loaded = await later(() => import("./sortable.js"));
  loaded?.default.create(list, { handle: "[data-grip]", draggable: "li:not([data-fixed])", animation: 120, onEnd: () => reordered(list) });
});

addEventListener(
  "keydown",
  (event) => {
    const grip = event.target.closest?.("[data-order] [data-grip]");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!grip || !step) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const item = grip.closest("li");
    const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other || other.hasAttribute("data-fixed")) return;
    other[step < 0 ? "before" : "after"](item);
    grip.focus();
    reordered(item.parentElement);
  },
  true, // before the menu around it, for which arrows walk its entries
);

// A list of boxes that is sent whenever it changes.
on("reordered", "[data-send-on-reorder]", (event, list) => list.closest("form")?.requestSubmit());

async function keep(panel, values) {
  if (!panel.dataset.columns) return true;
  const body = new URLSearchParams(values);
  if (panel.dataset.view) body.set("view", panel.dataset.view);
  const answer = await send(panel.dataset.columns, { body }).catch(() => null);
  if (!answer?.ok) toast(text(answer ? "failed" : "unreachable"), { level: "error" });
  return Boolean(answer?.ok);
}

// Widths: drag the edge of a head, or focus it and press the arrows; a double click or Enter frees the column.
const place = (head) => [...head.parentElement.children].indexOf(head);

function size(head, width) {
  const pixels = width ? `${width}px` : "";
  for (const property of ["width", "minWidth", "maxWidth"]) head.style[property] = pixels;
  const at = place(head);
  for (const row of rows(panelOf(head))) if (row.children[at]) row.children[at].style.maxWidth = pixels;
  head.querySelector(".grab")?.setAttribute("aria-valuenow", String(width ?? head.offsetWidth));
  freeze(panelOf(head));
}

let timer;
function resize(head, width) {
  head.dataset.width = width ?? "";
  size(head, width);
  clearTimeout(timer);
  timer = setTimeout(() => keep(panelOf(head), { do: "width", column: head.dataset.column, pixels: width ?? "" }), 400);
}
const within = (width) => Math.round(Math.min(widest, Math.max(narrowest, width)));

always("[data-list] th[data-column]", (head) => {
  if (!head.querySelector(".grab")) head.append(edge(head));
  if (head.dataset.width) size(head, Number(head.dataset.width));
});

function edge(head) {
  const grab = el("span", { class: "grab", role: "separator", tabindex: "0", "aria-orientation": "vertical", "aria-valuemin": String(narrowest), "aria-valuemax": String(widest), "aria-label": text("columnWidth", { name: head.textContent.trim() }) });
  grab.addEventListener("click", (event) => event.stopPropagation());
  grab.addEventListener("dblclick", () => resize(head, null));
  grab.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    event.stopPropagation(); // a head is dragged by its name, not by its edge
    grab.setPointerCapture(event.pointerId);
    const from = event.clientX;
    const start = head.offsetWidth;
    const move = (moved) => size(head, within(start + moved.clientX - from));
    grab.addEventListener("pointermove", move);
    grab.addEventListener(
      "pointerup",
      (up) => {
        grab.removeEventListener("pointermove", move);
        if (up.clientX !== from) resize(head, within(head.offsetWidth));
      },
      { once: true },
    );
  });
  grab.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
    if (step) resize(head, within(head.offsetWidth + step * (event.shiftKey ? 4 : 1)));
    else if (event.key === "Enter" || event.key === "Delete") resize(head, null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return grab;
}

// Frozen columns stand one behind the other: each begins where those before it end.
function freeze(panel) {
  let left = 0;
  const heads = [...panel.querySelectorAll("thead th.stick")];
  for (const head of heads) {
    const at = place(head);
    for (const cell of [head, ...rows(panel).map((row) => row.children[at])]) {
      if (!cell) continue;
      cell.style.left = `${left}px`;
      cell.classList.toggle("edge", head === heads.at(-1) && heads.length > 2);
    }
    left += head.offsetWidth;
  }
}
const watched = new ResizeObserver((entries) => entries.forEach(({ target }) => target.isConnected && freeze(panelOf(target))));
always("[data-list] thead", (head) => watched.observe(head));

// A head dragged to another place. The first column names the record and stays. Without a mouse: the column menu.
each("[data-list][data-columns] thead tr", async (line) => {
  if (!matchMedia("(pointer: fine)").matches) return;
  const loaded = await later(() => import("./sortable.js"));
  if (!loaded) return;
  const names = () => [...line.querySelectorAll("th[data-column]")].map((head) => head.dataset.column);
  const first = names()[0];
  loaded.default.create(line, {
    draggable: `th[data-column]:not([data-column="${CSS.escape(first)}"])`,
    filter: ".grab",
    preventOnFilter: false,
    direction: "horizontal",
    animation: 120,
    onMove: ({ related }) => Boolean(related.dataset.column) && related.dataset.column !== first,
    async onEnd({ oldIndex, newIndex }) {
      if (oldIndex === newIndex) return;
      const panel = panelOf(line);
      await keep(panel, [["do", "mine"], ...names().map((name) => ["columns", name])]);
      htmx.ajax("GET", location.pathname + location.search, { target: "#list", swap: "outerHTML" });
    },
  });
});
