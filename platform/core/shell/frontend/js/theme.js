// Light, dark or as the system; the menu wide or narrow, its groups open or folded; the phone's menu.
import { on, storage } from "./dom.js";

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

function paint() {
  const theme = storage.get("shell:theme") ?? "auto";
  root.dataset.theme = theme;
  root.dataset.bsTheme = theme === "dark" || (theme === "auto" && system.matches) ? "dark" : "light";
  for (const button of document.querySelectorAll("[data-theme-set]")) button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
}

export function setTheme(theme) {
  storage.set("shell:theme", theme);
  paint();
}

export const flipTheme = () => setTheme(root.dataset.bsTheme === "dark" ? "light" : "dark");

export function toggleMenu() {
  const narrow = root.classList.toggle("menu-narrow");
  storage.set("shell:menu", narrow ? "narrow" : "wide");
  folds();
}

const folded = () => new Set(JSON.parse(storage.get("shell:folded") ?? "[]"));

function folds() {
  const narrow = root.classList.contains("menu-narrow");
  const closed = folded();
  for (const group of document.querySelectorAll("#side details[data-fold]")) group.open = narrow || !closed.has(group.dataset.fold);
}

function phoneMenu(shown) {
  root.classList.toggle("menu-open", shown);
  for (const veil of document.querySelectorAll(".menu-veil")) veil.hidden = !shown;
}

on("click", "[data-theme-set]", (event, button) => setTheme(button.dataset.themeSet));
on("click", "[data-menu-narrow]", toggleMenu);
on("click", "[data-menu-open]", () => phoneMenu(true));
on("click", "[data-menu-close], #side a", () => phoneMenu(false));
on("click", "#side details[data-fold] > summary", (event, summary) => {
  const group = summary.parentElement;
  const closed = folded();
  if (group.open) closed.add(group.dataset.fold);
  else closed.delete(group.dataset.fold);
  storage.set("shell:folded", JSON.stringify([...closed]));
});
system.addEventListener("change", paint);
window.addEventListener("storage", (event) => event.key === "shell:theme" && paint());
document.addEventListener("htmx:after:swap", () => {
  paint();
  folds();
});
paint();
folds();
