// Alpine, in the build that evaluates nothing: components are registered here, markup only names them.
import Alpine from "@alpinejs/csp";
import persist from "@alpinejs/persist";

// Something that opens and closes: x-data="toggle", x-show="open", x-on:click="flip".
Alpine.data("toggle", () => ({
  open: false,
  flip() {
    this.open = !this.open;
  },
  close() {
    this.open = false;
  },
}));

// Tabs whose panes are all in the page: x-data="panes", data-pane on buttons and panes.
Alpine.data("panes", () => ({
  init() {
    this.show(this.$el.querySelector("[data-pane].on, button[data-pane]")?.dataset.pane);
  },
  pick(event) {
    this.show(event.target.closest("[data-pane]").dataset.pane);
  },
  show(name) {
    for (const tab of this.$el.querySelectorAll("button[data-pane]")) {
      tab.classList.toggle("on", tab.dataset.pane === name);
      tab.setAttribute("aria-selected", String(tab.dataset.pane === name));
    }
    for (const pane of this.$el.querySelectorAll(":not(button)[data-pane]")) pane.hidden = pane.dataset.pane !== name;
  },
}));

// Words of a long text: how many are left.
Alpine.data("counted", () => ({
  left: 0,
  init() {
    this.count();
  },
  count() {
    const field = this.$el.querySelector("[maxlength]");
    this.left = field.maxLength - field.value.length;
  },
}));

window.Alpine = Alpine; // hx-alpine-compat looks for it there
Alpine.plugin(persist);
Alpine.start();
