// Ctrl K: one box over records, pages and actions. The server answers the lines as HTML: `.cg` headings and `a.co` links.
import htmx from "htmx.org";
import { el, icon, on } from "./dom.js";
import { isComposing } from "./composition.js";
import { send } from "./requests.js";
import { text } from "./texts.js";
import { flipTheme } from "./theme.js";

let shown;

export function openPalette() {
  const url = document.querySelector("[data-palette]")?.dataset.palette;
  if (!url || shown) return;
  const input = el("input", { type: "search", placeholder: text("palettePlaceholder"), "aria-label": text("search"), role: "combobox", "aria-expanded": "true", "aria-controls": "palette-lines", autocomplete: "off", spellcheck: "false" });
  const lines = el("div", { class: "cr", id: "palette-lines", role: "listbox" });
  const foot = el("div", { class: "cf" }, hint(["↑", "↓"], "keyChoose"), hint(["↵"], "keyOpen"), hint(["Ctrl ↵"], "keyNewTab"), el("span", { class: "r" }, text("pinyinHint")));
  const box = el("div", { class: "cmdk", role: "dialog", "aria-modal": "true", "aria-label": text("search") }, el("div", { class: "ci" }, icon("search"), input, el("kbd", {}, "Esc")), lines, foot);
  const veil = el("div", { class: "veil" });
  const before = document.activeElement;
  document.body.append(veil, box);
  shown = () => {
    veil.remove();
    box.remove();
    shown = undefined;
    before?.focus?.();
  };
  veil.addEventListener("click", shown);
  input.focus();

  const options = () => [...lines.querySelectorAll(".co")];
  const mark = (option) => {
    for (const other of options()) {
      other.classList.toggle("on", other === option);
      other.setAttribute("aria-selected", String(other === option));
    }
    option?.scrollIntoView({ block: "nearest" });
  };
  const theme = () => {
    const line = el("button", { type: "button", class: "co" }, icon("moon"), text("flipTheme"));
    line.addEventListener("click", () => {
      shown();
      flipTheme();
    });
    return line;
  };

  let asked = 0;
  let timer;
  const ask = async () => {
    const turn = ++asked;
    const address = new URL(url, location.href);
    address.searchParams.set("q", input.value.trim());
    const response = await send(address, { method: "GET", headers: { "HX-Request": "true", Accept: "text/html" } }).catch(() => null);
    if (turn !== asked || !shown) return;
    if (response?.ok) lines.innerHTML = await response.text();
    else lines.replaceChildren(el("div", { class: "cg" }, text("unreachable")));
    if (!input.value.trim()) lines.append(el("div", { class: "cg" }, text("actions")), theme());
    options().forEach((option) => option.setAttribute("role", "option"));
    mark(options()[0]);
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 90);
  });
  box.addEventListener("keydown", (event) => {
    if (isComposing()) return;
    const all = options();
    const at = all.findIndex((option) => option.classList.contains("on"));
    if (event.key === "Escape") shown();
    else if (event.key === "ArrowDown") mark(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") mark(all[(at - 1 + all.length) % all.length]);
    else if (event.key === "Enter" && all[at]) go(all[at], event.ctrlKey || event.metaKey);
    else if (event.key === "Tab") input.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  lines.addEventListener("mousemove", (event) => mark(event.target.closest(".co") ?? all()[0]));
  const all = options;
  lines.addEventListener("click", (event) => {
    const option = event.target.closest("a.co");
    if (!option || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    go(option, false);
  });
  ask();
}

const hint = (keys, key) => el("span", {}, ...keys.flatMap((one) => [el("kbd", {}, one), " "]), text(key));

function go(option, apart) {
  if (!option.href) {
    option.click();
    return;
  }
  shown();
  if (apart) window.open(option.href, "_blank", "noopener");
  else if (document.getElementById("app")) htmx.ajax("GET", option.getAttribute("href"), { target: "#app", select: "#app", swap: "outerHTML", push: "true" });
  else location.href = option.href;
}

on("click", "[data-palette]", openPalette);
