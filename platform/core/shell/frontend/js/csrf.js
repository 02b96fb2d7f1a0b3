// The CSRF token of the page: one place, renewed after signing in again.
const meta = () => document.querySelector('meta[name="csrf-token"]');

/** The token to send with every request that changes something. */
export const token = () => meta()?.content ?? "";

/** Replaces the token everywhere on the page. */
export function renew(value) {
  if (meta()) meta().content = value;
  for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = value;
}
