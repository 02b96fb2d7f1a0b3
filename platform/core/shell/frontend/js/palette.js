// Ctrl K: one box over records, pages and actions. The server answers the lines as HTML: `.cg` headings and `a.co` links.
// Nothing is sent, and no key is taken, while a word is being composed (composition.js holds the events back).
import htmx from "htmx.org";
import { el, icon, on } from "./dom.js";
import { isComposing } from "./composition.js";
import { preview } from "./preview.js";
import { recent } from "./recent.js";
import { send } from "./requests.js";
import { text } from "./texts.js";
import { flipTheme } from "./theme.js";

const pause = 90; // milliseconds without a key before the server is asked

let close;

// What the browser does by itself; keys.js adds the sheet of shortcuts.
const commands = [{ key: "flipTheme", draw: () => icon("moon"), keys: ["⇧", "D"], run: flipTheme }];

/** Adds a command to the palette: the key of its text, its icon, the keys that do the same, and what it does. */
export const addCommand = (command) => commands.push(command);

export function openPalette() {
  const url = document.querySelector("[data-palette]")?.dataset.palette;
  if (!url || close) return;
  const input = el("input", { type: "search", placeholder: text("palettePlaceholder"), "aria-label": text("search"), role: "combobox", "aria-expanded": "true", "aria-controls": "palette-lines", "aria-autocomplete": "list", autocomplete: "off", autocapitalize: "none", spellcheck: "false", enterkeyhint: "go", maxlength: "100" });
  const leave = el("button", { type: "button", class: "leave", "aria-label": text("close"), tabindex: "-1" }, el("kbd", {}, "Esc"), icon("x"));
  const lines = el("div", { class: "cr", id: "palette-lines", role: "listbox", "aria-label": text("search") });
  const apart = el("span", {}, el("kbd", {}, "Ctrl ↵"), " ", el("span", {}));
  const foot = el("div", { class: "cf" }, hint(["↑", "↓"], "keyChoose"), hint(["↵"], "keyOpen"), apart, el("span", { class: "r" }, text("pinyinHint")));
  const box = el("div", { class: "cmdk", role: "dialog", "aria-modal": "true", "aria-label": text("search") }, el("div", { class: "ci" }, icon("search"), input, leave), lines, foot);
  const veil = el("div", { class: "veil" });
  const before = document.activeElement;
  let timer;
  let request;
  close = () => {
    clearTimeout(timer);
    request?.abort();
    veil.remove();
    box.remove();
    close = undefined;
    if (before?.isConnected) before.focus({ preventScroll: true });
  };
  veil.addEventListener("click", () => close());
  leave.addEventListener("click", () => close());
  document.body.append(veil, box);
  input.focus();

  const options = () => [...lines.querySelectorAll(".co")];
  const marked = () => lines.querySelector(".co.on");
  const mark = (option, reveal = true) => {
    for (const other of options()) {
      other.classList.toggle("on", other === option);
      other.setAttribute("aria-selected", String(other === option));
    }
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    apart.lastChild.textContent = text(option?.dataset.preview ? "keyPreview" : "keyNewTab");
    apart.hidden = !option?.href;
    if (reveal) option?.scrollIntoView({ block: "nearest" });
  };

  function command({ key, draw, keys, run }) {
    const line = el("button", { type: "button", class: "co", role: "option", tabindex: "-1" }, draw(), el("span", { class: "ell" }, text(key)), el("span", { class: "kk" }, ...keys.map((one) => el("kbd", {}, one))));
    line.addEventListener("click", () => {
      close();
      run();
    });
    return line;
  }

  const tell = (...nodes) => lines.replaceChildren(...nodes, ...own(input.value.trim()));
  function own(term) {
    const meant = commands.filter(({ key }) => text(key).toLowerCase().includes(term.toLowerCase()));
    return meant.length ? [el("div", { class: "cg", role: "presentation" }, text("commands")), ...meant.map(command)] : [];
  }

  async function ask() {
    request?.abort();
    const mine = (request = new AbortController());
    const term = input.value.trim();
    const address = new URL(url, location.href);
    address.searchParams.set("q", term);
    if (!term) address.searchParams.set("recent", recent().join(","));
    box.setAttribute("aria-busy", "true");
    const answer = await send(address, { method: "GET", headers: { "HX-Request": "true", Accept: "text/html" }, signal: mine.signal })
      .then(async (response) => (response.ok ? response.text() : response.status === 401 ? null : undefined))
      .catch(() => undefined);
    if (mine.signal.aborted || !close) return;
    box.removeAttribute("aria-busy");
    if (answer === null) return close();
    if (answer === undefined) {
      const again = el("button", { type: "button", class: "lk" }, text("again"));
      again.addEventListener("click", ask);
      tell(el("div", { class: "cg late", role: "status" }, text(navigator.onLine ? "unreachable" : "offline"), " ", again));
    } else {
      lines.innerHTML = answer;
      // What one may mean besides what was found; where nothing was found the server's words stand alone.
      lines.append(...own(term));
    }
    options().forEach((option, at) => (option.id = `palette-${at}`));
    lines.scrollTop = 0;
    mark(options()[0]);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  });
  addEventListener("online", () => close && ask(), { once: true });
  box.addEventListener("keydown", (event) => {
    if (isComposing()) return;
    const all = options();
    const at = all.indexOf(marked());
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, PageDown: Math.min(all.length - 1, at + 8), PageUp: Math.max(0, at - 8) }[event.key];
    if (event.key === "Escape") close();
    else if (to !== undefined) mark(all[to]);
    else if (event.key === "Enter" && event.target === input) {
      if (all[at]) go(all[at], event.ctrlKey || event.metaKey);
    } else if (event.key === "Tab") input.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  lines.addEventListener("mousemove", (event) => {
    const option = event.target.closest(".co");
    if (option && option !== marked()) mark(option, false);
  });
  lines.addEventListener("click", (event) => {
    const option = event.target.closest("a.co");
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(option, false);
  });
  tell(el("div", { class: "skel", role: "status", "aria-label": text("loading") }, el("span"), el("span"), el("span")));
  ask();
}

const hint = (keys, key) => el("span", {}, ...keys.flatMap((one) => [el("kbd", {}, one), " "]), text(key));

function go(option, apart) {
  if (!option.href) {
    option.click();
    return;
  }
  close();
  const href = option.getAttribute("href");
  if (apart && option.dataset.preview) preview(option.dataset.preview);
  else if (apart) window.open(option.href, "_blank", "noopener");
  else if (document.getElementById("app")) htmx.ajax("GET", href, { target: "#app", select: "#app", swap: "outerHTML", push: "true" });
  else location.href = option.href;
}

on("click", "[data-palette]", openPalette);
