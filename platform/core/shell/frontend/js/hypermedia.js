// htmx as the design wants it: which answers are swapped, what becomes of the others, and where links lead.
import htmx from "htmx.org";
import "htmx.org/dist/ext/hx-alpine-compat.js";
import "htmx.org/dist/ext/hx-preload.js";
import { token } from "./csrf.js";
import { text } from "./texts.js";
import { toast } from "./toasts.js";

// 422 is swapped: it is the form with its errors. Errors of the server and refusals are told in a toast.
htmx.config.noSwap = [204, 304, "5xx", "400", "401", "403", "404", "405", "409", "413", "429"];

// A swap puts the new part in as it is. For a transition of styles htmx would first give it the `style` attributes that
// scripts left on the old one, which the content security policy refuses and reports.
htmx.config.defaultSettleDelay = 0;

// Pages are fetched ahead where markup says so (hx-preload); by themselves links would do it on every touch.
htmx.config.preload = { autoBoost: false };

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  ctx.request.headers["X-CSRFToken"] = token();
  // What is taken out of a whole page leaves its messages behind: they come along.
  if (ctx.select) ctx.selectOOB ??= "#toasts:beforeend";
});

// Links are boosted by inheritance; a form says itself how it is sent.
document.addEventListener("htmx:before:init", (event) => {
  const element = event.target;
  if (element.tagName === "FORM" && !element.matches("[hx-get],[hx-post],[hx-put],[hx-patch],[hx-delete],[hx-boost]")) event.preventDefault();
});

const isPage = (response) => (response.headers.get("Content-Type") ?? "").includes("text/html");

// A boosted link may lead to a file: the browser takes it from there.
document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  const { raw } = ctx.response;
  const attached = (raw.headers.get("Content-Disposition") ?? "").startsWith("attachment");
  if (raw.ok && raw.status !== 204 && ctx.request.method === "GET" && (attached || !isPage(raw))) {
    event.preventDefault();
    location.href = ctx.request.action;
  }
});

// A page without the shell (sign-in, an error) can't be put into it: load it whole.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { raw } = ctx.response;
  if (ctx.select !== "#app" || !isPage(raw) || /\bid="app"/.test(ctx.text)) return;
  // Refusals, conflicts and faults are told where one is; what is gone has a page of its own.
  if (!raw.ok && raw.status !== 404) return;
  event.preventDefault();
  if (ctx.request.method === "GET" || raw.redirected) location.href = raw.url;
  else toast(text("failed"), { level: "error" });
});

const failures = { 403: "forbidden", 404: "gone", 413: "tooLarge", 429: "tooMany" };

document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  const { status } = ctx.response;
  if (status === 401 || status === 409 || status === 422 || ctx.hx?.trigger) return;
  toast(text(failures[status] ?? (status >= 500 ? "serverError" : "failed"), { status }), { level: "error" });
});

document.addEventListener("htmx:error", ({ detail }) => {
  if (!detail.ctx || detail.ctx.response) return;
  toast(text(navigator.onLine ? "unreachable" : "offline"), { level: "error" });
});

// Where the menu was scrolled to outlives a change of page.
let menuAt = 0;
document.addEventListener("htmx:before:swap", () => {
  menuAt = document.querySelector("#side nav")?.scrollTop ?? 0;
});
document.addEventListener("htmx:after:swap", () => {
  const menu = document.querySelector("#side nav");
  if (menu) menu.scrollTop = menuAt;
});

// A new page is read from its beginning, unless a field of it asked for the focus.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.select === "#app" && document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
});

// A line under the top bar, once a request takes longer than one notices.
const waiting = new Set();
let line;
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  waiting.add(ctx);
  setTimeout(() => {
    if (!waiting.has(ctx) || line) return;
    line = document.createElement("div");
    line.className = "loading-line";
    document.body.append(line);
  }, 200);
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  waiting.delete(ctx);
  if (waiting.size) return;
  line?.remove();
  line = undefined;
});

export default htmx;
