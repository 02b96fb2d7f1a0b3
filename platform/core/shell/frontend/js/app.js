// Everything a page needs at once. What few pages need is loaded when it is met.
import "./hypermedia.js";
import "./toasts.js";
import "./overlays.js";
import "./theme.js";
import "./components.js";
