// The icon sprite: one <symbol> for every icon that a template, a declaration or a script of the repository names.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const skipped = new Set([".git", ".qiku", "node_modules", "static", "staticfiles", "migrations", "tests", "locale"]);
const patterns = {
  ".html": [/\{%\s*icon\s+["']([a-z0-9-]+)["']/g, /\bicon=["']([a-z0-9-]+)["']/g],
  ".py": [/\bicon\s*=\s*["']([a-z0-9-]+)["']/g, /["']icon["']\s*:\s*["']([a-z0-9-]+)["']/g, /\bicon\(["']([a-z0-9-]+)["']/g],
  ".js": [/\bicon\(["']([a-z0-9-]+)["']/g],
};

/** Every icon name in use below `root`, sorted, each with the first file that names it. */
export async function iconNames(root) {
  const names = new Map();
  async function walk(folder) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) await walk(path);
        continue;
      }
      const known = patterns[entry.name.slice(entry.name.lastIndexOf("."))];
      if (!known) continue;
      const text = await readFile(path, "utf8");
      for (const pattern of known)
        for (const [, name] of text.matchAll(pattern)) if (!names.has(name)) names.set(name, path);
    }
  }
  await walk(root);
  return [...names].sort(([a], [b]) => a.localeCompare(b)).map(([name, path]) => ({ name, path }));
}

async function drawing(name, folder) {
  const filled = name.endsWith("-filled");
  const file = filled ? join(folder, "filled", `${name.slice(0, -7)}.svg`) : join(folder, "outline", `${name}.svg`);
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  const shapes = text
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "")
    .replaceAll(" />", "/>");
  return filled ? `<g fill="currentColor" stroke="none">${shapes}</g>` : shapes;
}

/** The sprite as text. Throws naming the icon and the file when Tabler has no such icon. */
export async function sprite(names, folder) {
  const symbols = [];
  for (const { name, path } of names) {
    const shapes = await drawing(name, folder);
    if (shapes === null) throw new Error(`No Tabler icon is called "${name}" (named in ${path})`);
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}
