// Bundles CodeMirror into one file, headed by the licences of what is in it: `npm run build [-- FILE]`.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const SERVED = "../planverk/web/static/query/codemirror.js";
const options = { entryPoints: ["index.js"], bundle: true, minify: true, format: "esm", target: "es2022", charset: "utf8" };

/** The names of the packages that a bundle is made of. */
function packages({ inputs }) {
  const names = Object.keys(inputs).map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]);
  return [...new Set(names.filter(Boolean))].sort();
}

/** Every licence once, below the packages that have it. */
function notice(names) {
  const holders = {};
  for (const name of names) {
    const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
    const licence = readFileSync(`node_modules/${name}/LICENSE`, "utf8").trim();
    (holders[licence] ??= []).push(`${name} ${version}`);
  }
  return Object.entries(holders).map(([licence, those]) => `${those.join(", ")}\n\n${licence}`).join("\n\n\n");
}

const { metafile } = await build({ ...options, metafile: true, write: false });
const banner = `/* Built by service/codemirror/build.js; do not edit.\n\n${notice(packages(metafile))}\n*/`;
await build({ ...options, banner: { js: banner }, outfile: process.argv[2] ?? SERVED });
