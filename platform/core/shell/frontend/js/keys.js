// Shortcuts. They keep quiet while one types or composes, and while a dialog is open. `?` shows them all.
import { el, icon, on, typing } from "./dom.js";
import { isComposing } from "./composition.js";
import { closeDrawer, dialog } from "./overlays.js";
import { addCommand, openPalette } from "./palette.js";
import { openCurrent, pickCurrent, togglePreview, walk } from "./preview.js";
import { text } from "./texts.js";
import { flipTheme, toggleMenu } from "./theme.js";

const press = (selector) => {
  const element = [...document.querySelectorAll(selector)].find((found) => found.offsetParent !== null);
  element?.click();
  return Boolean(element);
};

const single = {
  "/": () => {
    const box = document.querySelector("[data-search], .sbox input");
    if (!box) return openPalette();
    box.focus();
    box.select();
  },
  j: () => walk(1),
  k: () => walk(-1),
  o: () => openCurrent(),
  p: togglePreview,
  " ": togglePreview,
  x: pickCurrent,
  c: () => press("[data-new]") || press(".tb.plus"),
  e: () => press("[data-edit]"),
  r: () => press("[data-refresh]"),
  "[": toggleMenu,
  D: flipTheme,
  "?": sheet,
};

// While a preview is open, the arrows walk as J and K do.
const inPreview = { ArrowDown: () => walk(1), ArrowUp: () => walk(-1) };
const repeated = new Set(["j", "k", "ArrowDown", "ArrowUp"]);

// A telephone has no keys to explain.
if (matchMedia("(any-hover: hover)").matches) addCommand({ key: "keys", draw: () => icon("keyboard"), keys: ["?"], run: sheet });

function sheet() {
  if (document.querySelector(".keys")) return;
  const rows = [
    ["Ctrl K", "keyPalette"],
    ["/", "keySearch"],
    ["C", "keyNew"],
    ["E", "keyEdit"],
    ["J / K", "keyWalk"],
    ["O", "keyOpen"],
    ["Space", "keyPreview"],
    ["F2", "keyInline"],
    ["X", "keyPick"],
    ["R", "keyRefresh"],
    ["Esc", "keyClose"],
    ["[", "keyMenu"],
    ["⇧ D", "keyTheme"],
    ["?", "keySheet"],
  ];
  const goes = [...document.querySelectorAll("[data-go]")].map((link) => [`G ${link.dataset.go.toUpperCase()}`, link.textContent.trim()]);
  const line = ([keys, key]) => el("div", {}, el("dt", {}, text(key)), el("dd", {}, ...keys.split(" ").flatMap((one) => [el("kbd", {}, one), " "])));
  dialog({ title: text("keys"), size: "lg", body: el("dl", { class: "keys" }, ...[...rows, ...goes].map(line)) });
}

let going = 0; // until when a letter after G counts

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isComposing()) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  if (document.querySelector(".modal.show, .cmdk, .dropdown-menu.show")) return;
  if (event.target.closest?.("[data-tree]") && event.key.length > 1) return;
  if (Date.now() < going) {
    going = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
    if (link) {
      event.preventDefault();
      link.click();
      return;
    }
  }
  if (event.key === "g") {
    going = Date.now() + 1000;
    return;
  }
  // These keys press what has the focus, or move within it; they are ours where nothing has it but the page or a row.
  const free = event.target.matches?.("body, #main, tr[data-row], [data-drawer]");
  if ((event.key === " " || event.key === "Enter") && !free) return;
  if (event.key === "Enter" && openCurrent()) event.preventDefault();
  const act = single[event.key] ?? (free && document.querySelector("[data-drawer] [data-walk]") ? inPreview[event.key] : undefined);
  if (!act || (event.repeat && !repeated.has(event.key))) return;
  event.preventDefault();
  act();
});

on("click", "[data-keys-sheet]", sheet);
on("keydown", "[data-search], .sbox input", (event, box) => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  box.blur();
  closeDrawer();
});
