// The strip that says the connection is gone.
function show() {
  const strip = document.getElementById("offline");
  if (strip) strip.hidden = navigator.onLine;
}
addEventListener("online", show);
addEventListener("offline", show);
document.addEventListener("htmx:after:swap", show);
show();
