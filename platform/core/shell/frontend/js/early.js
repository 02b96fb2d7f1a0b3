// Runs before the first paint, so that neither the theme nor the width of the menu flickers. The company's colour is
// set here, too: a style element would be refused by the policy in every page that htmx takes apart.
const root = document.documentElement;
const read = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is switched off: the defaults serve
  }
};
const theme = read("shell:theme") ?? "auto";
const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
root.dataset.bsTheme = dark ? "dark" : "light";
root.dataset.theme = theme;
if (read("shell:menu") === "narrow") root.classList.add("menu-narrow");

const brand = document.querySelector('meta[name="brand-colour"]');
if (brand) {
  root.style.setProperty("--brand", brand.content);
  root.style.setProperty("--brand-t", brand.dataset.text);
}
