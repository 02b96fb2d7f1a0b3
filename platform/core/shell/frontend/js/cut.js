// What does not fit its place: a text that an ellipsis cuts is told whole by a tooltip, and in a bar that is moved
// sideways the entry one is at stands in sight.
import { always, on } from "./dom.js";

on("mouseover", ".ell, .tbl td", (event, element) => {
  const cut = element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight + 2;
  if (cut && !element.title && !element.querySelector("form, .ell")) element.title = element.textContent.trim();
});

always(".quick .on, .views .on", (entry) => {
  const bar = entry.parentElement;
  const beyond = entry.offsetLeft + entry.offsetWidth - bar.offsetLeft - bar.clientWidth;
  if (beyond > bar.scrollLeft) bar.scrollLeft = beyond + 24;
});

// A table that is wider than its place is cut by an edge where the columns that stay in sight begin.
const beyond = (box) => box.classList.toggle("beyond", box.scrollLeft + box.clientWidth < box.scrollWidth - 1);
always("[data-list] .tw", beyond);
on("scroll", "[data-list] .tw", (event, box) => beyond(box), true);
addEventListener("resize", () => document.querySelectorAll("[data-list] .tw").forEach(beyond));
