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
      shouldLoad: () => true,
      score: () => () => 1, // the server has chosen and ordered them
      load(query, done) {
        const address = new URL(url, location.href);
        address.searchParams.set("q", query);
        this.clearOptions((option) => this.items.includes(String(option.id)));
        send(address, { method: "GET", headers: { Accept: "application/json" } })
          .then((response) => (response.ok ? response.json() : { results: [] }))
          .then(({ results }) => done(results))
          .catch(() => done());
      },
    });
  }
  if (create) options.render.no_results = ({ input }) => el("div", { class: "no-results" }, el("a", { href: `${create}?name=${encodeURIComponent(input)}` }, text("create", { name: input })));
  const held = document.activeElement === select && select.closest("[data-inline-form]") !== null;
  const control = new TomSelect(select, options);
  if (held) control.focus(); // who asked for this one value has the choices before them, and types
  // A choice read from an <option> carries value and text; the others carry id.
  control.on("dropdown_close", () => control.blur());
  return control;
}
