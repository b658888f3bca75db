// Puts what a page loads into static/vendor and draws static/icons.svg. Nothing is bundled: files are copied,
// our own style sheets are joined in the order of their names. Run: node static/build.mjs
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, "..", "node_modules");
const vendor = join(here, "vendor");

const COPIES = {
  "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter-latin.woff2",
  "@fontsource-variable/inter/LICENSE": "inter-LICENSE.txt",
};

/** Inter's @font-face of the latin subset, as its package declares it; other scripts use the system's face. */
async function fontFace() {
  const css = await readFile(join(packages, "@fontsource-variable", "inter", "index.css"), "utf8");
  const face = css.match(/\/\* inter-latin-wght-normal \*\/\s*(@font-face \{[^}]*\})/)[1];
  return face.replace(/url\([^)]*\)/, 'url("inter-latin.woff2")') + "\n\n";
}

/** The lines of a file that hold a name: no blank lines, no # comments. */
async function names(file) {
  const text = await readFile(file, "utf8");
  return text.split("\n").map((line) => line.replace(/#.*/, "").trim()).filter(Boolean);
}

/** The drawing inside an <svg> file, on one line, without Tabler's invisible frame. */
function drawing(svg) {
  return svg
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "")
    .replace(/\s+\/>/g, "/>");
}

async function sprite() {
  const glyphs = drawing(await readFile(join(here, "glyphs.svg"), "utf8")).replace(/<!--[\s\S]*?-->/g, "");
  const symbols = [];
  for (const name of await names(join(here, "icons.txt"))) {
    const file = join(packages, "@tabler", "icons", "icons", "outline", `${name}.svg`);
    const svg = await readFile(file, "utf8").catch(() => {
      throw new Error(`static/icons.txt names "${name}", which Tabler's outline icons do not have`);
    });
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${drawing(svg)}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${glyphs}\n${symbols.join("\n")}\n</svg>\n`;
}

/** Tabler without the pointer to its source map, which we do not ship: browsers would ask for it in vain. */
async function tabler() {
  const css = await readFile(join(packages, "@tabler", "core", "dist", "css", "tabler.min.css"), "utf8");
  return css.replace(/\/\*# sourceMappingURL=.*?\*\//, "");
}

async function ownStyles() {
  const folder = join(here, "css");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".css")).sort();
  const sheets = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  return (await fontFace()) + sheets.join("\n");
}

/** Writes a file and its compressed forms, which the web server sends to whoever takes them. */
async function put(file, content) {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  const [gz, br] = await Promise.all([promisify(gzip)(content, { level: 9 }), promisify(brotliCompress)(content, quality)]);
  await Promise.all([writeFile(file, content), writeFile(`${file}.gz`, gz), writeFile(`${file}.br`, br)]);
}

async function build() {
  const [icons, base, own, htmx] = await Promise.all([
    sprite(),
    tabler(),
    ownStyles(),
    readFile(join(packages, "htmx.org", "dist", "htmx.min.js")),
  ]);
  await mkdir(vendor, { recursive: true });
  await Promise.all([
    put(join(here, "icons.svg"), icons),
    put(join(vendor, "tabler.min.css"), base),
    put(join(vendor, "lapak.css"), own),
    put(join(vendor, "htmx.min.js"), htmx),
    ...Object.entries(COPIES).map(([from, to]) => copyFile(join(packages, from), join(vendor, to))),
  ]);
}

await build().catch((error) => {
  console.error(`static/build.mjs: ${error.message}`);
  if (error.code === "ENOENT") console.error("Run `npm ci --ignore-scripts` first.");
  process.exitCode = 1;
});
