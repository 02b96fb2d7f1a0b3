// Chinese input: while a word is being composed nothing is sent and Enter belongs to the input method.
// Imported first, so that these listeners stand before all others.
let composing = false;

/** Whether a word is being composed right now. */
export const isComposing = () => composing;

addEventListener("compositionstart", () => (composing = true), true);
addEventListener(
  "compositionend",
  ({ target }) => {
    composing = false;
    // The events of the letters were held back; the finished word is told once.
    target?.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromComposition" }));
  },
  true,
);

for (const type of ["input", "keyup", "change", "search"])
  addEventListener(type, (event) => (composing || event.isComposing) && event.stopImmediatePropagation(), true);

addEventListener(
  "keydown",
  (event) => {
    // 229 is what browsers report for keys that the input method takes; Safari sends it after the word is finished.
    if (!composing && !event.isComposing && event.keyCode !== 229) return;
    event.stopImmediatePropagation();
    if (event.key === "Enter") event.preventDefault();
  },
  true,
);
