// Requests that scripts make themselves, beside htmx.
import { token } from "./csrf.js";
import { fetchSignedIn } from "./session.js";

/** Asks this origin, with the CSRF token; an expired session is renewed on the way. Resolves to the response. */
export function send(url, { method = "POST", body, headers = {}, signal } = {}) {
  return fetchSignedIn(url, { method, body, signal, headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch", ...headers }, credentials: "same-origin" });
}
