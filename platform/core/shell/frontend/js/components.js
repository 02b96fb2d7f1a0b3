// Alpine, in the build that evaluates nothing: components are registered here, markup only names them.
import Alpine from "@alpinejs/csp";
import persist from "@alpinejs/persist";

// Tabs whose panes are all in the page: x-data="panes", data-pane on buttons and panes. With data-panes="<name>" the
// choice is remembered on this device.
Alpine.data("panes", function () {
  const { panes } = this.$el.dataset;
  return {
    chosen: panes ? this.$persist("").as(`panes:${panes}`) : "",
    init() {
      const names = [...this.$root.querySelectorAll("button[data-pane]")].map((tab) => tab.dataset.pane);
      this.show(names.includes(this.chosen) ? this.chosen : names[0]);
    },
    pick(event) {
      this.show(event.target.closest("[data-pane]").dataset.pane);
    },
    show(name) {
      this.chosen = name;
      for (const tab of this.$root.querySelectorAll("button[data-pane]")) {
        tab.classList.toggle("on", tab.dataset.pane === name);
        tab.setAttribute("aria-selected", String(tab.dataset.pane === name));
      }
      for (const pane of this.$root.querySelectorAll(":not(button)[data-pane]")) pane.hidden = pane.dataset.pane !== name;
    },
  };
});

window.Alpine = Alpine; // hx-alpine-compat looks for it there
Alpine.plugin(persist);
Alpine.start();
