// The CSRF token of the page: one place, renewed after signing in again.
const meta = () => document.querySelector('meta[name="csrf-token"]');

/** The token to send with every request that changes something. */
export const token = () => meta()?.content ?? "";

/** Replaces the token everywhere on the page. */
export function renew(value) {
  if (meta()) meta().content = value;
  for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = value;
}

/** fetch for this origin, with the token and the header that says a script asks. */
export function send(url, { method = "POST", body, headers = {} } = {}) {
  return fetch(url, {
    method,
    body,
    headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch", ...headers },
    credentials: "same-origin",
  });
}
