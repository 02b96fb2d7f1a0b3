// The records last opened, per user, on this device: only which, never their names. What the palette shows of them
// comes from the server, as far as the user may still see them.
import { each, storage } from "./dom.js";

const kept = 20;
const place = () => `recent:${document.body.dataset.user ?? ""}:${location.host}`;

/** The records last opened, newest first, as "users:5". */
export const recent = () => (storage.get(place()) ?? "").split(",").filter(Boolean);

each("[data-record]", ({ dataset: { record } }) => storage.set(place(), [record, ...recent().filter((other) => other !== record)].slice(0, kept).join(",")));
