// Dragging, loaded when a page has something to drag.
export { default } from "sortablejs/modular/sortable.core.esm.js";
