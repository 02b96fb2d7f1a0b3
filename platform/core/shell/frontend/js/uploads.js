// Files sent with `data-upload="#part"`: how far they are is shown, and the answer takes the place of that part of the
// page, the refused files with their reasons in it.
import htmx from "htmx.org";
import { on } from "./dom.js";
import { token } from "./csrf.js";
import { text } from "./texts.js";
import { toast } from "./toasts.js";

on("submit", "form[data-upload]", (event, form) => {
  event.preventDefault();
  const part = document.querySelector(form.dataset.upload);
  const bar = form.querySelector("progress");
  const request = new XMLHttpRequest(); // fetch tells nothing of what has been sent
  request.open("POST", form.action);
  request.setRequestHeader("X-CSRFToken", token());
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("HX-Request-Type", "partial");
  request.setRequestHeader("HX-Target", `${part.tagName.toLowerCase()}#${part.id}`);
  request.upload.addEventListener("progress", ({ lengthComputable, loaded, total }) => {
    bar.hidden = false;
    if (lengthComputable) bar.value = (100 * loaded) / total;
    else bar.removeAttribute("value");
  });
  const over = () => {
    bar.hidden = true;
    form.reset();
  };
  request.addEventListener("load", () => {
    over();
    if (request.status !== 200 && request.status !== 422) {
      toast(text({ 401: "signedOut", 403: "forbidden", 404: "gone", 413: "tooLarge" }[request.status] ?? "failed"), { level: "error" });
      return;
    }
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    for (const message of answer.querySelectorAll("#toasts [data-toast] > span")) toast(message.textContent);
    const fresh = document.adoptNode(answer.getElementById(part.id));
    part.replaceWith(fresh);
    htmx.process(fresh);
  });
  request.addEventListener("error", () => {
    over();
    toast(text("unreachable"), { level: "error" });
  });
  request.send(new FormData(form));
});
