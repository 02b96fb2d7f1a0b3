// Trees. Folding and walking with the keyboard for all; dragging where `data-move` names an address; check boxes
// with three states where the tree has `data-checks`.
//
// <ul class="tree" data-tree="departments" data-move="/departments/move/"><li data-node="7"><div class="row-t" tabindex="-1">…</div><ul>…</ul></li></ul>
// A move posts node, parent (empty at the top) and position (from 0) and is answered 2xx, or with a reason and taken back.
import { each, later, on, storage } from "./dom.js";
import { send } from "./requests.js";
import { text } from "./texts.js";
import { toast } from "./toasts.js";

const rowOf = (item) => item.querySelector(":scope > .row-t");
const inSight = (tree) => [...tree.querySelectorAll(".row-t")].filter((row) => row.offsetParent !== null);
const place = (tree) => `tree:${tree.dataset.tree}`;

function leaves(tree) {
  for (const item of tree.querySelectorAll("li")) item.classList.toggle("leaf", !item.querySelector(":scope > ul > li, :scope > .acts-t"));
}

function fold(item, closed) {
  item.classList.toggle("closed", closed);
  rowOf(item).setAttribute("aria-expanded", String(!closed));
  const tree = item.closest("[data-tree]");
  const shut = [...tree.querySelectorAll("li.closed")].map((other) => other.dataset.node).filter(Boolean);
  storage.set(place(tree), JSON.stringify(shut));
}

function focus(row) {
  for (const other of row.closest("[data-tree]").querySelectorAll(".row-t")) other.tabIndex = -1;
  row.tabIndex = 0;
  row.focus();
}

function position(item) {
  return { parent: item.parentElement.closest("li"), list: item.parentElement, before: item.nextElementSibling };
}

async function move(tree, item, from) {
  leaves(tree);
  const parent = item.parentElement.closest("li");
  parent?.classList.remove("closed");
  const body = new URLSearchParams({
    node: item.dataset.node,
    parent: parent?.dataset.node ?? "",
    position: String([...item.parentElement.children].indexOf(item)),
  });
  const answer = await send(tree.dataset.move, { body }).catch(() => null);
  if (answer?.ok) {
    const { undo } = (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : {};
    toast(text("moved"), { undo });
    return;
  }
  from.list.insertBefore(item, from.before);
  leaves(tree);
  focus(rowOf(item));
  const told = answer && answer.status < 500 && (answer.headers.get("Content-Type") ?? "").startsWith("text/plain");
  toast(told ? await answer.text() : text(answer ? "moveFailed" : "unreachable"), { level: "error" });
}

const into = (item) => item.querySelector(":scope > ul") ?? item.appendChild(document.createElement("ul"));

/** The keyboard's way to drag: Alt with an arrow. */
function shift(tree, item, key) {
  const from = position(item);
  const previous = item.previousElementSibling;
  const next = item.nextElementSibling;
  if (key === "ArrowUp" && previous) previous.before(item);
  else if (key === "ArrowDown" && next) next.after(item);
  else if (key === "ArrowRight" && previous) into(previous).append(item);
  else if (key === "ArrowLeft" && from.parent) from.parent.after(item);
  else return;
  focus(rowOf(item));
  move(tree, item, from);
}

// Check boxes: a parent ticks all below it and shows whether all, some or none are ticked.
const children = (box) =>
  box.closest(".acts-t") ? [] : [...box.closest("li").querySelectorAll("input[type=checkbox]")].filter((other) => other !== box);

function parentBox(box) {
  const item = box.closest(".acts-t") ? box.closest("li") : box.closest("li").parentElement.closest("li");
  return item?.querySelector(":scope > .row-t input[type=checkbox]") ?? null;
}

function above(box) {
  for (let parent = parentBox(box); parent; parent = parentBox(parent)) {
    const below = children(parent).filter((other) => !children(other).length);
    const ticked = below.filter((other) => other.checked).length;
    parent.checked = ticked > 0 && ticked === below.length;
    parent.indeterminate = ticked > 0 && ticked < below.length;
  }
}

each("[data-tree]", (tree) => {
  tree.setAttribute("role", "tree");
  leaves(tree);
  const shut = new Set(JSON.parse(storage.get(place(tree)) ?? "[]"));
  for (const item of tree.querySelectorAll("li")) {
    item.setAttribute("role", "none");
    const row = rowOf(item);
    row?.setAttribute("role", "treeitem");
    if (row && !row.hasAttribute("tabindex")) row.tabIndex = -1;
    if (shut.has(item.dataset.node)) item.classList.add("closed");
    if (row && !item.classList.contains("leaf")) row.setAttribute("aria-expanded", String(!item.classList.contains("closed")));
  }
  const first = tree.querySelector(".row-t");
  if (first) first.tabIndex = 0;
  if (tree.dataset.move) drag(tree);
  if (tree.hasAttribute("data-checks")) for (const box of tree.querySelectorAll("input[type=checkbox]")) if (!children(box).length) above(box);
});

async function drag(tree) {
  const loaded = await later(() => import("./sortable.js"));
  if (!loaded) return;
  const Sortable = loaded.default;
  let from;
  const settings = {
    group: place(tree),
    handle: ".hold",
    draggable: "li:not([data-fixed])",
    animation: 120,
    fallbackOnBody: true,
    emptyInsertThreshold: 8,
    onStart: ({ item }) => {
      from = position(item);
      // Every item can take children while one is dragged.
      for (const other of tree.querySelectorAll("li")) if (!item.contains(other)) make(into(other));
    },
    onEnd: ({ item, from: list, to }) => {
      for (const empty of tree.querySelectorAll("li > ul:empty")) if (empty !== from.list) {
        Sortable.get(empty)?.destroy();
        empty.remove();
      }
      if (list !== to || from.before !== item.nextElementSibling) move(tree, item, from);
    },
  };
  const make = (list) => Sortable.get(list) ?? Sortable.create(list, settings);
  make(tree);
  tree.querySelectorAll("ul").forEach(make);
}

on("click", ".tree .tw-b", (event, button) => fold(button.closest("li"), !button.closest("li").classList.contains("closed")));
on("click", "[data-tree-fold]", (event, button) => {
  const tree = document.querySelector(`[data-tree="${CSS.escape(button.dataset.treeFor)}"]`);
  for (const item of tree?.querySelectorAll("li:not(.leaf)") ?? []) fold(item, button.dataset.treeFold === "close");
});

on("keydown", ".tree .row-t", (event, row) => {
  if (event.target !== row) return;
  const item = row.closest("li");
  const tree = row.closest("[data-tree]");
  if (event.altKey && tree.dataset.move && event.key.startsWith("Arrow")) {
    event.preventDefault();
    if (!item.hasAttribute("data-fixed")) shift(tree, item, event.key);
    return;
  }
  const all = inSight(tree);
  const at = all.indexOf(row);
  const closed = item.classList.contains("closed");
  const leaf = item.classList.contains("leaf");
  const steps = {
    ArrowDown: () => all[at + 1] && focus(all[at + 1]),
    ArrowUp: () => all[at - 1] && focus(all[at - 1]),
    Home: () => focus(all[0]),
    End: () => focus(all.at(-1)),
    ArrowRight: () => (closed ? fold(item, false) : !leaf && all[at + 1] && focus(all[at + 1])),
    ArrowLeft: () => {
      const parent = item.parentElement.closest("li");
      if (!closed && !leaf) fold(item, true);
      else if (parent) focus(rowOf(parent));
    },
    Enter: () => row.querySelector("a, [data-open]")?.click(),
    " ": () => row.querySelector("input[type=checkbox]")?.click(),
  };
  if (!steps[event.key]) return;
  event.preventDefault();
  steps[event.key]();
});

on("change", "[data-checks] input[type=checkbox]", (event, box) => {
  // What is narrowed away is not seen, and so not ticked.
  const ticked = children(box).filter((other) => !children(other).length && !other.disabled && !other.closest("li[hidden]"));
  const wanted = box.checked && !(ticked.length && ticked.every((other) => other.checked)); // all that is seen is ticked: the click takes it away
  for (const other of ticked) other.checked = wanted;
  box.indeterminate = false;
  for (const other of ticked.length ? ticked : [box]) above(other);
  // Doing something to a thing takes seeing it.
  const view = box.dataset.needs && box.checked && box.closest("[data-checks]").querySelector(`input[value="${CSS.escape(box.dataset.needs)}"]`);
  if (view && !view.checked) {
    view.checked = true;
    above(view);
  }
});
