// What is typed into a form with `data-draft="<key>"` is kept on this device, per user, until it is saved:
// offered again when the form is opened, and warned about before the page is left.
import Modal from "bootstrap/js/src/modal.js";
import { ask } from "./confirm.js";
import { each, el, icon, on, storage } from "./dom.js";
import { text } from "./texts.js";

const keepDays = 14;
const place = (form) => `draft:${document.body.dataset.user ?? ""}:${location.host}:${form.dataset.draft}`;
const skipped = "[type=password],[type=file],[type=hidden],[data-draft-skip]";
const initial = new WeakMap();
const sent = new WeakSet();

/** The values of a form as plain data; selects keep the words of their choices, which may not be in the next page. */
function values(form) {
  const kept = {};
  for (const field of form.elements) {
    if (!field.name || field.matches(skipped) || field.matches("fieldset,button,output")) continue;
    if (field.matches("select")) kept[field.name] = [...field.selectedOptions].map(({ value, text: label }) => [value, label]);
    else if (field.matches("[type=checkbox],[type=radio]")) {
      kept[field.name] ??= [];
      if (field.checked) kept[field.name].push(field.value);
    } else kept[field.name] = field.value;
  }
  return JSON.stringify(kept);
}

function fill(form, kept) {
  for (const field of form.elements) {
    if (!field.name || !(field.name in kept) || field.matches(skipped)) continue;
    const value = kept[field.name];
    if (field.matches("select")) {
      for (const [key, label] of value) if (![...field.options].some((option) => option.value === key)) field.append(new Option(label, key));
      const chosen = new Set(value.map(([key]) => key));
      for (const option of field.options) option.selected = chosen.has(option.value);
      field.tomselect?.sync();
    } else if (field.matches("[type=checkbox],[type=radio]")) field.checked = value.includes(field.value);
    else field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

const changed = (form) => !sent.has(form) && initial.has(form) && values(form) !== initial.get(form);
const open = () => [...document.querySelectorAll("form[data-draft]")].filter(changed);

const leaving = () => ({ question: text("leave"), detail: text("leaveDetail"), action: text("leaveAction") });

function save(form) {
  if (changed(form)) storage.set(place(form), JSON.stringify({ at: Date.now(), values: JSON.parse(values(form)) }));
  else storage.remove(place(form));
}

function offer(form, draft) {
  const again = el("button", { type: "button", class: "lk" }, text("draftRestore"));
  const drop = el("button", { type: "button", class: "lk" }, text("draftDiscard"));
  const when = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
  const strip = el("div", { class: "attn attn-info", role: "status" }, icon("history"), el("span", {}, text("draftFound", { when })), again, drop);
  again.addEventListener("click", () => {
    fill(form, draft.values);
    strip.remove();
  });
  drop.addEventListener("click", () => {
    storage.remove(place(form));
    strip.remove();
  });
  form.prepend(strip);
}

let timer;
const later = (event, form) => {
  clearTimeout(timer);
  timer = setTimeout(() => save(form), 600);
};
on("input", "form[data-draft]", later);
on("change", "form[data-draft]", later);

each("form[data-draft]", (form) => {
  // With errors the form already shows what was typed.
  const returned = form.querySelector(".is-invalid") !== null || form.matches("[data-refused]");
  initial.set(form, returned ? "" : values(form));
  const stored = storage.get(place(form));
  if (!stored || returned) return;
  const draft = JSON.parse(stored);
  const same = Object.entries(draft.values).every(([name, value]) => JSON.stringify(JSON.parse(values(form))[name]) === JSON.stringify(value));
  if (same) storage.remove(place(form));
  else offer(form, draft);
});

// Saved: the draft has served. A form sent by the browser itself is known to be saved when the next page
// no longer shows it with errors.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const form = ctx.request.form;
  if (!form?.dataset.draft || ctx.request.method === "GET" || ctx.response.status >= 400) return;
  sent.add(form);
  storage.remove(place(form));
});
addEventListener("submit", (event) => {
  if (event.defaultPrevented || !event.target.dataset?.draft) return;
  sent.add(event.target);
  sessionStorage.setItem("draft:sent", place(event.target));
});
const previous = sessionStorage.getItem("draft:sent");
if (previous) {
  sessionStorage.removeItem("draft:sent");
  if (!document.querySelector("form[data-draft] .is-invalid, form[data-refused]")) storage.remove(previous);
}

addEventListener("beforeunload", (event) => {
  for (const form of open()) {
    save(form);
    event.preventDefault();
  }
});
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  const { target, sourceElement } = ctx;
  if (ctx.request.headers["HX-History-Restore-Request"] || ctx.request.method !== "GET" || !(target instanceof Element)) return;
  const lost = open().filter((form) => target.contains(form) && !form.contains(sourceElement));
  if (!lost.length) return;
  lost.forEach(save);
  ctx.confirm = leaving();
});

// Nor does Escape, or a click beside it, take away a dialog in which something was typed.
document.addEventListener("hide.bs.modal", async (event) => {
  const lost = open().filter((form) => event.target.contains(form));
  if (!lost.length) return;
  event.preventDefault();
  lost.forEach(save);
  if (!(await ask(leaving()))) return;
  lost.forEach((form) => sent.add(form));
  Modal.getInstance(event.target)?.hide();
});

for (const key of storage.keys("draft:")) {
  const { at } = JSON.parse(storage.get(key) ?? "{}");
  if (!at || Date.now() - at > keepDays * 86_400_000) storage.remove(key);
}
