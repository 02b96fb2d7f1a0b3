// Naming colleagues: after an @ in a text with `data-mentions` those found at that address are offered.
import { el } from "./dom.js";
import { send } from "./requests.js";

const before = (area) => area.value.slice(0, area.selectionStart).match(/[@＠]([^\s@＠]{0,20})$/);

/** Offers names in a text field. */
export function offer(area) {
  const list = el("ul", { class: "dropdown-menu mentions", role: "listbox" });
  area.parentElement.classList.add("has-mentions");
  area.after(list);
  let asked = 0;
  let at = 0;

  const close = () => list.classList.remove("show");
  const mark = () => {
    for (const [place, item] of [...list.children].entries()) {
      item.firstChild.classList.toggle("active", place === at);
      item.setAttribute("aria-selected", String(place === at));
    }
  };

  function take(name) {
    const [typed] = before(area) ?? [""];
    const end = area.selectionStart;
    area.setRangeText(`@${name} `, end - typed.length, end, "end");
    close();
    area.focus();
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  async function look() {
    const found = before(area);
    const turn = ++asked;
    if (!found) return close();
    const address = new URL(area.dataset.mentions, location.href);
    address.searchParams.set("q", found[1]);
    const answer = await send(address, { method: "GET", headers: { Accept: "application/json" } }).catch(() => null);
    if (turn !== asked || !answer?.ok) return;
    const { results } = await answer.json();
    list.replaceChildren(
      ...results.slice(0, 8).map(({ text }) => {
        const button = el("button", { type: "button", class: "dropdown-item", tabindex: "-1" }, text);
        button.addEventListener("mousedown", (event) => event.preventDefault());
        button.addEventListener("click", () => take(text));
        return el("li", { role: "option" }, button);
      }),
    );
    at = 0;
    mark();
    list.classList.toggle("show", results.length > 0);
  }

  let timer;
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 150);
  });
  area.addEventListener("blur", () => setTimeout(close, 150));
  area.addEventListener("keydown", (event) => {
    if (!list.classList.contains("show")) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      at = (at + step + list.children.length) % list.children.length;
      mark();
    } else if (event.key === "Enter" || event.key === "Tab") list.children[at].firstChild.click();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
