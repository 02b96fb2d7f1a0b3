// The few helpers that every behaviour needs.

/** Runs `handle(event, element)` for events on elements that match, now and in parts swapped in later. */
export function on(type, selector, handle, options) {
  document.addEventListener(
    type,
    (event) => {
      const element = event.target instanceof Element ? event.target.closest(selector) : null;
      if (element) handle(event, element);
    },
    options,
  );
}

/** Runs `prepare(element)` once for every element that matches, in the page and in every part swapped in. */
export function each(selector, prepare) {
  const seen = new WeakSet();
  const run = (root) => {
    for (const element of [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)]) {
      if (seen.has(element)) continue;
      seen.add(element);
      prepare(element);
    }
  };
  run(document);
  document.addEventListener("htmx:after:process", (event) => run(event.target));
}

/** Runs `prepare(element)` like `each`, and again after every swap: a part that is morphed keeps its elements, but not
 * what scripts have done to them. `prepare` must bear being run twice. */
export function always(selector, prepare) {
  each(selector, prepare);
  document.addEventListener("htmx:after:swap", () => document.querySelectorAll(selector).forEach((element) => prepare(element)));
}

/** What is loaded when it is met. Null when the page was left meanwhile or the connection is gone: plain HTML serves. */
export const later = (load) => load().catch(() => null);

/** Makes an element: `el("div", { class: "x" }, "text", child)`. Text is text, never HTML. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** An icon of the sprite. The build collects the names it finds written here. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "ic");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** Whether keys are meant for a field: typing there, or composing Chinese. */
export function typing(event) {
  const element = event.target;
  return event.isComposing || (element instanceof Element && element.closest("input, textarea, select, [contenteditable=''], [contenteditable='true']") !== null);
}

/** localStorage that never throws: private windows and full disks are ordinary. */
export const storage = {
  get(key) {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, value);
      return true;
    } catch {
      return false;
    }
  },
  remove(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // nothing was stored
    }
  },
  keys(prefix) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  },
};
