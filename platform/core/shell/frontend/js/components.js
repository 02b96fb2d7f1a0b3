// Alpine, in the build that evaluates nothing: components are registered here, markup only names them.
import Alpine from "@alpinejs/csp";
import persist from "@alpinejs/persist";

window.Alpine = Alpine; // hx-alpine-compat looks for it there
Alpine.plugin(persist);
Alpine.start();
