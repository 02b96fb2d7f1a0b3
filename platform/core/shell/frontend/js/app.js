// Everything a page needs at once. What few pages need is loaded when it is met.
import "./composition.js";
import "./hypermedia.js";
import "./toasts.js";
import "./overlays.js";
import "./theme.js";
import "./confirm.js";
import "./submit.js";
import "./drafts.js";
import "./offline.js";
import "./session.js";
import "./conflict.js";
import "./fields.js";
import "./uploads.js";
import "./colour.js";
import "./narrow.js";
import "./cut.js";
import "./passwords.js";
import "./list.js";
import "./preview.js";
import "./columns.js";
import "./inline.js";
import "./recent.js";
import "./tree.js";
import "./keys.js";
import "./palette.js";
import "./live.js";
import "./components.js";

// Journeys wait for this before they press a key.
document.documentElement.dataset.shell = "ready";
