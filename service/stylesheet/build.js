// Makes one style sheet of Designsystemet and our own rules: `npm run build [-- FOLDER]`.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { browserslistToTargets, transform } from "lightningcss";

const folder = process.argv[2] ?? "../planverk/web/static";
const theme = "@digdir/designsystemet-theme/src/themes/designsystemet.css";
const targets = browserslistToTargets(["chrome 111", "firefox 115", "safari 16.4"]);

// Which parts of Designsystemet are used, and what our pages call them: plain elements need no classes.
const parts = {
  base: {},
  link: { "ds-link": ":where(a)" },
  button: { "ds-button": ":is(button, .button)" },
  input: { "ds-input": ":is(input, select, textarea)" },
  card: { "ds-card": ".card" },
  table: { "ds-table": ":where(table)" },
  details: { "ds-details": ":where(details)" },
  tag: { "ds-tag": ".badge" },
  alert: { "ds-alert": ".notice" },
  breadcrumbs: { "ds-breadcrumbs": ".trail" },
};
const ours = ["page", "parts", "home", "plan", "vocabulary", "print"];
// Variants and helpers of Designsystemet that no page of ours has.
const unused = /"name":"(ds-|u-)|"name":"data-(size|variant|icon|fullwidth|multiple|clickdelegatefor|floating|typography|tooltip)|"kind":"dir"|"name":"(file|checkbox|radio|switch)"|type":"type","name":"u-/;

const packaged = (name) => readFileSync(`node_modules/${name}`, "utf8");

function part([name, names]) {
  let rules = packaged(`@digdir/designsystemet-css/dist/src/${name}.css`);
  for (const [theirs, selector] of Object.entries(names)) {
    rules = rules.replaceAll(new RegExp(`\\.${theirs}(?![\\w-])`, "g"), selector);
  }
  return `@layer ds.${name === "base" ? "base" : "components"} {${rules}}`;
}

/** The style sheet without rules for what our pages do not have. */
function trimmed(css) {
  return transform({
    filename: "planverk.css", code: Buffer.from(css), targets, minify: true,
    visitor: {
      Rule: {
        style(rule) {
          return rule.value.selectors.every((selector) => unused.test(JSON.stringify(selector))) ? [] : undefined;
        },
        keyframes: (rule) => (rule.value.name.value?.startsWith("ds-") ? [] : undefined),
      },
    },
  }).code.toString();
}

/** A minified style sheet without custom properties that nothing refers to. */
function referred(css) {
  const used = new Set([...css.matchAll(/var\(\s*(--[\w-]+)/g)].map(([, name]) => name));
  const left = css.replace(/(?<=[{;])(--[\w-]+):((?:"[^"]*"|[^;}"])*)(;|(?=}))/g, (all, name) => (used.has(name) ? all : ""));
  return left === css ? css : referred(left);
}

/** Who made what is in the style sheet, and that it may be copied. */
function notice(...names) {
  return names.map((name) => {
    const { version } = JSON.parse(packaged(`${name}/package.json`));
    return `${name} ${version}\n\n${packaged(`${name}/LICENSE`).trim()}`;
  }).join("\n\n\n");
}

const css = [
  "@layer ds.theme, ds.base, ds.components, planverk;",
  packaged(theme).replace(/^@charset.*$/m, ""),
  ...Object.entries(parts).map(part),
  ...ours.map((name) => `@layer planverk {${readFileSync(`${name}.css`, "utf8")}}`),
].join("\n");
const head = `/* Built by service/stylesheet/build.js; do not edit.\n\n${notice("@digdir/designsystemet-css", "@digdir/designsystemet-theme")}\n*/\n`;
writeFileSync(`${folder}/planverk.css`, head + referred(trimmed(css)) + "\n");
const font = "node_modules/@fontsource-variable/inter";
copyFileSync(`${font}/files/inter-latin-wght-normal.woff2`, `${folder}/inter.woff2`);
copyFileSync(`${font}/LICENSE`, `${folder}/inter-licence.txt`);
