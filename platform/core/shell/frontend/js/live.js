// One socket per tab. What it brings becomes events of the document: `live:<type>` with the message as detail.
import { storage } from "./dom.js";
import { text } from "./texts.js";
import { toast } from "./toasts.js";

const longest = 30_000;
const signedOut = 4401; // the server's word for: do not try again
let socket;
let tries = 0;
let timer;

function connect() {
  clearTimeout(timer);
  const path = document.body.dataset.live;
  if (!path || !navigator.onLine || (socket && socket.readyState <= WebSocket.OPEN)) return;
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
  socket.addEventListener("open", () => {
    tries = 0;
    document.documentElement.dataset.live = "on";
  });
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    document.dispatchEvent(new CustomEvent(`live:${message.type}`, { detail: message }));
  });
  socket.addEventListener("close", ({ code }) => {
    document.documentElement.dataset.live = "off";
    if (code === signedOut) return;
    // Full jitter: after a restart of the server a thousand tabs must not come back in the same second.
    timer = setTimeout(connect, Math.random() * Math.min(longest, 1000 * 2 ** tries++));
  });
}

addEventListener("online", connect);
addEventListener("pageshow", connect);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && connect());
document.addEventListener("shell:signed-in", connect);
addEventListener("pagehide", () => socket?.close());

function count(key, number) {
  for (const badge of document.querySelectorAll(`[data-badge="${CSS.escape(key)}"]`)) {
    badge.textContent = number > 99 ? "99+" : String(number);
    badge.hidden = number === 0;
  }
}
let unread = {};
document.addEventListener("live:badge", ({ detail }) => {
  const counts = detail.counts ?? { [detail.key ?? "inbox"]: detail.unread ?? detail.count ?? 0 };
  unread = { ...unread, ...counts };
  for (const [key, number] of Object.entries(counts)) count(key, number);
});
// A page loaded since may have been counted before the last message.
document.addEventListener("htmx:after:swap", () => Object.entries(unread).forEach(([key, number]) => count(key, number)));

// A page that tells by itself how far something is: no toast stands over it that leads to where one is.
const toldHere = (url) => Boolean(url && document.querySelector(`[data-told-here="${CSS.escape(url)}"]`));

document.addEventListener("live:notification", ({ detail }) => {
  if (detail.unread !== undefined) document.dispatchEvent(new CustomEvent("live:badge", { detail: { unread: detail.unread } }));
  // Of several tabs only one says it aloud.
  const told = `told:${detail.id}`;
  if (document.visibilityState !== "visible" || storage.get(told) || toldHere(detail.url)) return;
  storage.set(told, String(Date.now()));
  setTimeout(() => storage.remove(told), 60_000);
  lead(toast(detail.title, { level: "info", key: told }), detail.url);
});

/** Lets a toast lead on to a page. */
function lead(node, url) {
  if (!url) return;
  const link = document.createElement("a");
  link.className = "lk";
  link.href = url;
  link.textContent = text("open");
  node.querySelector("[data-toast-close]").before(link);
}

// A job: its place on the page is told to fetch itself again; a job without a place shows in a toast.
const over = new Set(["done", "failed", "cancelled"]);
document.addEventListener("live:job", ({ detail }) => {
  const places = document.querySelectorAll(`[data-job="${detail.id}"]`);
  for (const place of places) place.dispatchEvent(new CustomEvent("refresh"));
  const key = `job-${detail.id}`;
  const shown = document.querySelector(`#toasts [data-key="${key}"]`);
  if (places.length || toldHere(detail.url)) {
    shown?.remove();
    return;
  }
  if (over.has(detail.state)) {
    shown?.remove();
    const level = detail.state === "failed" ? "error" : "success";
    if (detail.state !== "cancelled") lead(toast(text(detail.state === "failed" ? "jobFailed" : "jobDone", detail), { level }), detail.url);
    return;
  }
  const node = shown ?? toast(detail.label, { level: "info", stay: true, key });
  let bar = node.querySelector("progress");
  if (!bar) {
    bar = document.createElement("progress");
    bar.className = "bar";
    bar.max = 100;
    bar.setAttribute("aria-label", detail.label);
    node.querySelector("[data-toast-close]").before(bar);
    lead(node, detail.url);
  }
  if (detail.percent === null || detail.percent === undefined) bar.removeAttribute("value");
  else bar.value = detail.percent;
});

document.addEventListener("live:close", ({ detail }) => {
  if (detail.reason === "signed_out" && document.body.dataset.user) toast(text("signedOut"), { level: "warning", stay: true, key: "signed-out" });
});
document.addEventListener("shell:signed-in", () => document.querySelector('#toasts [data-key="signed-out"]')?.remove());

connect();
