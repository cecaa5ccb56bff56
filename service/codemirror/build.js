// Bundles CodeMirror into one file, headed by the licences of what is in it: `npm run build [-- FILE]`.
import { existsSync, readFileSync } from "node:fs";
import { build } from "esbuild";

const SERVED = "../planverk/web/static/query/codemirror.js";

const options = { entryPoints: ["index.js"], bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8" };

/** Each package in a bundle, by name, with its version and the text of its licence. */
function packages(metafile) {
  const names = Object.keys(metafile.inputs).map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]);
  return [...new Set(names)].filter(Boolean).sort().map((name) => {
    const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
    const file = `node_modules/${name}/LICENSE`;
    return { name: `${name} ${version}`, licence: existsSync(file) ? readFileSync(file, "utf8").trim() : license };
  });
}

/** A comment with every licence once, below the names of the packages that have it. */
function notice(found) {
  const licences = Map.groupBy?.(found, (one) => one.licence) ?? new Map();
  return [...licences].map(([licence, those]) => `${those.map((one) => one.name).join(", ")}\n\n${licence}`).join("\n\n\n");
}

const { metafile } = await build({ ...options, metafile: true, write: false });
const banner = `/* Built by service/codemirror/build.js; do not edit.\n\n${notice(packages(metafile))}\n*/`;
await build({ ...options, banner: { js: banner }, outfile: process.argv[2] ?? SERVED });
