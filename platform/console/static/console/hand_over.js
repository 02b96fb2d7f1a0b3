// Into the company, without a click. Without scripts the button does it.
document.querySelector("[data-hand-over]")?.requestSubmit();
