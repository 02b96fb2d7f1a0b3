// Passing messages: from the server (in the page, or as the event `toast` of an HX-Trigger header) and from scripts.
import { el, icon, on } from "./dom.js";
import { send } from "./requests.js";
import { text } from "./texts.js";

const lasts = 4000;
const undoable = 8000; // as long as the ring in the stylesheet takes
const icons = {
  success: () => icon("circle-check"),
  info: () => icon("info-circle"),
  warning: () => icon("alert-triangle"),
  error: () => icon("alert-circle"),
};

function watch(node) {
  const life = node.querySelector("[data-undo]") ? undoable : node.classList.contains("toastx-error") ? 2 * lasts : lasts;
  let left = life;
  let since = Date.now();
  let timer = setTimeout(() => node.remove(), left);
  const hold = () => {
    clearTimeout(timer);
    left -= Date.now() - since;
  };
  const resume = () => {
    since = Date.now();
    timer = setTimeout(() => node.remove(), Math.max(left, 800));
  };
  node.addEventListener("mouseenter", hold);
  node.addEventListener("mouseleave", resume);
  node.addEventListener("focusin", hold);
  node.addEventListener("focusout", resume);
}

const seen = new WeakSet();
function adopt() {
  for (const node of document.querySelectorAll("#toasts [data-toast]")) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (!node.hasAttribute("data-stay")) watch(node);
  }
}

/** Shows a message. `undo` is an address that takes the step back; `stay` keeps it until `remove()` is called. */
export function toast(message, { level = "success", undo = "", stay = false, key = "" } = {}) {
  const region = document.getElementById("toasts");
  const node = el("div", { class: `toastx toastx-${level}`, role: level === "error" ? "alert" : "status", "data-toast": true, "data-stay": stay, "data-key": key || null });
  node.append(icons[level]?.() ?? icons.info(), el("span", {}, message));
  if (undo) {
    const ring = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    ring.setAttribute("viewBox", "0 0 20 20");
    ring.setAttribute("class", "cd");
    for (const cls of ["", "run"]) {
      const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      for (const [name, value] of Object.entries({ cx: 10, cy: 10, r: 8, pathLength: 100, class: cls })) circle.setAttribute(name, value);
      ring.append(circle);
    }
    node.append(el("button", { type: "button", class: "lk", "data-undo": undo }, text("undo")), ring);
  }
  const close = el("button", { type: "button", class: "x", "data-toast-close": true, "aria-label": text("close") });
  close.append(icon("x"));
  node.append(close);
  // The same message twice in a row is one message.
  const same = [...region.children].find((other) => (key ? other.dataset.key === key : !undo && other.textContent === node.textContent));
  if (same) same.replaceWith(node);
  else region.append(node);
  adopt();
  return node;
}

on("click", "[data-toast-close]", (event, button) => button.closest("[data-toast]").remove());

on("click", "[data-undo]", async (event, button) => {
  const node = button.closest("[data-toast]");
  button.disabled = true;
  const answer = await send(button.dataset.undo).catch(() => null);
  node.remove();
  if (!answer?.ok) {
    toast(text(answer ? "undoFailed" : "unreachable"), { level: "error" });
    return;
  }
  toast(text("undone"));
  document.dispatchEvent(new CustomEvent("shell:undone"));
});

document.addEventListener("toast", ({ detail }) => toast(detail.text ?? detail.value, detail));
adopt();
document.addEventListener("htmx:after:swap", adopt);
