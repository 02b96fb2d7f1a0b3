// Searchable selects. With an address the choices come from the server as one types, the recent ones at first.
import TomSelect from "tom-select/dist/esm/tom-select.js";
import clearButton from "tom-select/dist/esm/plugins/clear_button/plugin.js";
import removeButton from "tom-select/dist/esm/plugins/remove_button/plugin.js";
import { el } from "./dom.js";
import { send } from "./requests.js";
import { text } from "./texts.js";

TomSelect.define("clear_button", clearButton);
TomSelect.define("remove_button", removeButton);

const line = ({ text: label, detail }) => el("div", {}, label ?? "", ...(detail ? [el("small", {}, detail)] : []));

/** Turns a select into a picker. */
export function pick(select) {
  const { picker: url, create } = select.dataset;
  const several = select.multiple;
  const required = select.required;
  const remote = Boolean(url);
  const options = {
    plugins: several ? { remove_button: { title: text("remove") } } : required ? {} : { clear_button: { title: text("clear"), html: () => '<span class="clear-button">×</span>' } },
    valueField: "id",
    labelField: "text",
    searchField: remote ? [] : ["text", "search", "detail"],
    maxOptions: 200,
    allowEmptyOption: false,
    placeholder: select.dataset.placeholder ?? text("search"),
    hidePlaceholder: true,
    // In a popover the choices stand above its buttons, which must not move away from under the pointer.
    closeAfterSelect: !several || select.closest(".dropdown-menu") !== null,
    // In a dialog, which scrolls, the choices would be cut off.
    dropdownParent: select.closest(".modal") ? "body" : null,
    create: false,
    dataAttr: "data-data",
    render: {
      option: line,
      item: ({ text: label }) => el("div", {}, label ?? ""),
      no_results: () => el("div", { class: "no-results" }, text("noResults")),
      loading: () => el("div", { class: "spinner" }, text("loading")),
    },
  };
  if (remote) {
    Object.assign(options, {
      preload: "focus",
      loadThrottle: 150,
      refreshThrottle: 0,
      shouldLoad: () => true,
      score: () => () => 1, // the server has chosen and ordered them
      load(query, done) {
        const address = new URL(url, location.href);
        address.searchParams.set("q", query);
        send(address, { method: "GET", headers: { Accept: "application/json" } })
          .then((response) => (response.ok ? response.json() : { results: [] }))
          .then(({ results }) => done(this.inputValue() === query ? results : [])) // nor what was asked for before the last letter
          .catch(() => done());
      },
    });
  }
  if (create) options.render.no_results = ({ input }) => el("div", { class: "no-results" }, el("a", { href: `${create}?name=${encodeURIComponent(input)}` }, text("create", { name: input })));
  const held = document.activeElement === select;
  const control = new TomSelect(select, options);
  // What was offered before a letter was typed is no answer to it, and Enter would take the first of it.
  if (remote) {
    control.control_input.addEventListener("input", () => control.clearOptions((option) => control.items.includes(String(option.id))), true);
    control.on("blur", () => control.wrapper.classList.remove("preloaded")); // whoever comes back is offered the recent ones again
  }
  const enter = entered(control);
  select.addEventListener("focus", enter);
  if (held && select.closest("[data-inline-form]")) control.focus(); // who asked for this one value has the choices before them, and types
  else if (held) enter();
  // A dialog goes on from where one is, is left by Escape, and leaves no choices behind.
  const dialog = select.closest(".modal");
  control.on("dropdown_close", () => dialog || control.blur());
  dialog?.addEventListener("hidden.bs.modal", () => control.dropdown.remove());
  return control;
}

/** What is done when the page, not its user, goes to a picker: what is typed is searched for at once, but the choices cover nothing before they are asked for. */
function entered(control) {
  const { open } = control;
  // A dialog takes the focus once it stands, and gives it back: what was typed meanwhile stays.
  const { onBlur } = control;
  control.onBlur = (event) => event?.relatedTarget?.matches(".modal") || onBlur.call(control, event);
  let quiet = false;
  control.open = () => quiet || open.call(control);
  for (const type of ["mousedown", "keydown", "input"]) control.wrapper.addEventListener(type, () => (quiet = false), true);
  return () => {
    quiet = true;
    control.focus();
  };
}
