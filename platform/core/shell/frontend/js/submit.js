// A form is sent once: pressing again while it is on its way does nothing.
const away = new WeakSet();

function hold(form, submitter) {
  away.add(form);
  submitter?.classList.add("busy");
}

function release(form) {
  away.delete(form);
  for (const button of form.querySelectorAll(".busy")) button.classList.remove("busy");
}

document.addEventListener(
  "submit",
  (event) => {
    if (!away.has(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

// Sent by the browser itself: the page is about to go.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.target) return;
  hold(form, event.submitter);
});
// Back brings the page as it was left.
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) release(form);
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.matches("form") && ctx.request.method !== "GET") hold(ctx.sourceElement, ctx.request.submitter);
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.request.form) release(ctx.request.form);
});
