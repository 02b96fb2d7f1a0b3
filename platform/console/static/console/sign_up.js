// While a company is being made: after a second the page says what is going on.
const form = document.querySelector("[data-sign-up]");
const making = document.querySelector("[data-making]");
let timer;

form?.addEventListener("submit", () => {
  timer = setTimeout(() => (making.hidden = false), 1000);
});

// Back from the company's host, the page may come out of the browser's memory as it was left.
addEventListener("pageshow", () => {
  clearTimeout(timer);
  if (making) making.hidden = true;
});
