// The translated strings of the page.
let known;

/** The string of a key with its {placeholders} filled; the key itself if the page does not know it. */
export function text(key, values = {}) {
  known ??= JSON.parse(document.getElementById("texts")?.textContent ?? "{}");
  return (known[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}
