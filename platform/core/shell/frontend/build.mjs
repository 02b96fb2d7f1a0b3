// Builds the front end: app.css, app.js (with lazily loaded chunks), early.js and the icon sprite.
// Prints what each weighs on the wire and fails when a budget is exceeded.
import { gzipSync } from "node:zlib";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";
import { iconNames, sprite } from "./icons.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const repository = resolve(here, "../../../..");
const place = resolve(here, "../static/shell/build");
// Built beside its place and put there at the end: a page served meanwhile finds the old files or the new ones.
const out = `${place}-${process.pid}`;
// The oldest browsers served: Windows 7's last Chromium, domestic browsers built on it, older iPhones.
const target = ["chrome109", "safari15.4", "firefox115"];
// Kilobytes after gzip, from the design's table of budgets.
const budgets = { "app.css": 40, "app.js": 75, "icons.svg": 8 };

async function styles() {
  const { css } = sass.compile(join(here, "scss/app.scss"), {
    loadPaths: [join(here, "node_modules")],
    quietDeps: true,
    // Bootstrap 5 is written with @import; its own partials can't be loaded any other way.
    silenceDeprecations: ["import", "global-builtin"],
  });
  const { code } = await esbuild.transform(css, { loader: "css", minify: true, target });
  await writeFile(join(out, "app.css"), code);
}

/** Bundles the scripts; returns the files that every page loads with app.js. */
async function scripts() {
  const result = await esbuild.build({
    entryPoints: [join(here, "js/app.js"), join(here, "js/early.js")],
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    metafile: true,
    target,
    legalComments: "none",
    chunkNames: "chunks/[name]-[hash]",
    logLevel: "warning",
  });
  const outputs = result.metafile.outputs;
  const loaded = new Set();
  const follow = (file) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    for (const { path, kind } of outputs[file].imports) if (kind === "import-statement") follow(path);
  };
  follow(Object.keys(outputs).find((file) => resolve(file) === join(out, "app.js")));
  return [...loaded].map((file) => resolve(file));
}

async function icons() {
  const names = await iconNames(repository);
  await writeFile(join(out, "icons.svg"), await sprite(names, join(here, "node_modules/@tabler/icons/icons")));
  return names.length;
}

async function weight(files) {
  let bytes = 0;
  for (const file of files) bytes += gzipSync(await readFile(file)).length;
  return bytes / 1024;
}

await mkdir(out, { recursive: true });
process.on("exit", () => rmSync(out, { recursive: true, force: true }));
const [, entry, count] = await Promise.all([styles(), scripts(), icons()]);

const rows = [
  ["app.css", [join(out, "app.css")]],
  ["app.js", entry],
  ["icons.svg", [join(out, "icons.svg")]],
];
const eager = new Set(entry);
for (const name of await readdir(join(out, "chunks")).catch(() => [])) {
  const file = join(out, "chunks", name);
  if (!eager.has(file)) rows.push([relative(out, file), [file]]);
}
const weights = {};
let failed = false;
for (const [name, files] of rows) {
  const size = (weights[name] = Number((await weight(files)).toFixed(1)));
  const budget = budgets[name];
  const over = budget !== undefined && size > budget;
  failed ||= over;
  console.log(`${name.padEnd(34)} ${size.toFixed(1).padStart(6)} KB gzip${budget ? ` of ${budget}` : ""}${over ? "  OVER BUDGET" : ""}`);
}
console.log(`${count} icons`);
await writeFile(join(out, "weights.json"), JSON.stringify({ weights, budgets }, null, 1));
await rm(place, { recursive: true, force: true });
await rename(out, place);
if (failed) process.exit(1);
