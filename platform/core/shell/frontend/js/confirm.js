// Steps that ask first: `data-confirm` on a button, a link or a form; htmx's own hx-confirm in the same dialog.
import { el, icon } from "./dom.js";
import { dialog } from "./overlays.js";
import { text } from "./texts.js";

/** Asks a question; resolves to whether the user goes on. */
export function ask({ question, detail = "", action = "", danger = false }) {
  return new Promise((resolve) => {
    const no = el("button", { type: "button", class: "btn btn-light", "data-bs-dismiss": "modal" }, text("cancel"));
    const yes = el("button", { type: "button", class: `btn ${danger ? "btn-danger" : "btn-primary"}` }, action || text("confirm"));
    const words = el("div", {}, el("h2", {}, question), ...(detail ? [el("p", { class: "pre" }, detail)] : []));
    const body = el("div", { class: `ask${danger ? " danger" : ""}` }, icon("alert-triangle"), words);
    let answer = false;
    const { element, close } = dialog({ body, buttons: [no, yes] });
    yes.addEventListener("click", () => {
      answer = true;
      close();
    });
    element.addEventListener("shown.bs.modal", () => (danger ? no : yes).focus());
    element.addEventListener("hidden.bs.modal", () => resolve(answer));
  });
}

const question = ({ confirm, confirmDetail, confirmAction, confirmDanger }) => ({ question: confirm, detail: confirmDetail, action: confirmAction, danger: confirmDanger !== undefined });

const granted = new WeakSet();

async function guard(event, element, goOn) {
  if (granted.delete(element)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(question(element.dataset))) || !element.isConnected) return;
  granted.add(element);
  goOn();
}

document.addEventListener(
  "click",
  (event) => {
    const element = event.target.closest?.("[data-confirm]:not(form)");
    if (element) guard(event, element, () => element.click());
  },
  true,
);

document.addEventListener(
  "submit",
  (event) => {
    if (event.target.matches("[data-confirm]")) guard(event, event.target, () => event.target.requestSubmit(event.submitter));
  },
  true,
);

document.addEventListener("htmx:confirm", async (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  event.preventDefault();
  const asked = typeof ctx.confirm === "object" ? ctx.confirm : { question: ctx.confirm };
  if (await ask(asked)) issueRequest();
  else dropRequest();
});
