// A long list in the page, narrowed as one types: rows with `data-words` stay when they hold every word typed.
import { on } from "./dom.js";

on("input", "[data-narrow-by]", (event, field) => {
  if (event.isComposing) return;
  const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const list = field.closest("[data-narrow]");
  for (const row of list.querySelectorAll("[data-words]")) {
    const held = row.dataset.words.toLowerCase();
    row.hidden = !words.every((word) => held.includes(word));
  }
  // A heading without a row in sight says nothing.
  for (const group of list.querySelectorAll("li:has([data-words])")) group.hidden = !group.querySelector("[data-words]:not([hidden])");
});
document.addEventListener("compositionend", (event) => {
  if (event.target.matches?.("[data-narrow-by]")) event.target.dispatchEvent(new Event("input", { bubbles: true }));
});
