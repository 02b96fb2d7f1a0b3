// The session ran out: a dialog asks to sign in, and the request that found it out is sent again.
//
// The server answers 401, with `HX-Sign-In: <address>` when the sign-in form is elsewhere than usual. The address answers
// a form (any HTML with one <form>); what it posts answers either the next HTML or 204 with `HX-Signed-In: <user id>`
// and `X-CSRFToken: <token>`. Only the same user's request is sent again; another user gets a fresh page.
import { el } from "./dom.js";
import { dialog } from "./overlays.js";
import { renew, token } from "./csrf.js";
import { text } from "./texts.js";

const CANCELLED = false;
let asked; // one dialog, however many requests wait for it

async function html(url, options = {}) {
  const response = await fetch(url, { ...options, headers: { "X-Requested-With": "dialog", "HX-Request": "true", "X-CSRFToken": token(), ...options.headers }, credentials: "same-origin" });
  const user = response.headers.get("HX-Signed-In");
  return user ? { user, token: response.headers.get("X-CSRFToken") } : { html: await response.text(), url: response.url };
}

function form(answer) {
  const page = new DOMParser().parseFromString(answer.html, "text/html");
  const found = page.querySelector("[data-sign-in-form], main form, form");
  if (!found) return null;
  const copy = document.adoptNode(found);
  copy.setAttribute("action", new URL(copy.getAttribute("action") || answer.url, answer.url).pathname + new URL(answer.url).search);
  copy.setAttribute("hx-boost", "false");
  copy.classList.add("stack");
  return copy;
}

function ask(address) {
  return new Promise((resolve) => {
    const body = el("div");
    const { element, close } = dialog({ title: text("signInAgain"), body, size: "sm" });
    let done = CANCELLED;
    element.addEventListener("hidden.bs.modal", () => resolve(done));
    const show = (answer) => {
      if (answer.user) {
        if (answer.user !== document.body.dataset.user) {
          location.reload();
          return;
        }
        if (answer.token) renew(answer.token);
        done = true;
        document.dispatchEvent(new CustomEvent("shell:signed-in"));
        close();
        return;
      }
      const fields = form(answer);
      if (!fields) {
        location.reload();
        return;
      }
      body.replaceChildren(el("p", { class: "t3 fs-13" }, text("signInWhy")), fields);
      fields.querySelector("input:not([type=hidden])")?.focus();
      fields.addEventListener("submit", async (event) => {
        event.preventDefault();
        event.stopPropagation();
        const data = new FormData(fields, event.submitter);
        for (const button of fields.querySelectorAll("button")) button.disabled = true;
        try {
          show(await html(fields.getAttribute("action"), { method: "POST", body: data }));
        } catch {
          for (const button of fields.querySelectorAll("button")) button.disabled = false;
        }
      });
    };
    html(address).then(show, close);
  });
}

function again(request) {
  const headers = new Headers(request.headers);
  headers.set("X-CSRFToken", token());
  if (request.body instanceof FormData || request.body instanceof URLSearchParams) {
    if (request.body.has("csrfmiddlewaretoken")) request.body.set("csrfmiddlewaretoken", token());
  }
  // Without the first one's signal: it has timed out while the user was typing a password.
  return { ...request, headers, signal: undefined };
}

/** Fetches; when the session has run out, asks to sign in and fetches again. */
export async function fetchSignedIn(url, request, first = fetch) {
  const response = await first(url, request);
  if (response.status !== 401 || !document.body.dataset.user) return response;
  const address = response.headers.get("HX-Sign-In") || document.body.dataset.signIn;
  if (!address) return response;
  asked ??= ask(address).finally(() => (asked = undefined));
  return (await asked) === CANCELLED ? response : fetch(url, again(request));
}

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  const first = ctx.fetch;
  ctx.fetch = (url, request) => fetchSignedIn(url, request, first);
});
