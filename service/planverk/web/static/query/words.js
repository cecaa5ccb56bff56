// What can be written at the cursor, and the PREFIX lines that go with it.
import { EditorView, syntaxTree } from "./codemirror.js";

const KEYWORDS = `SELECT ASK CONSTRUCT DESCRIBE DISTINCT REDUCED FROM NAMED WHERE GRAPH OPTIONAL UNION MINUS FILTER EXISTS NOT BIND AS
  VALUES UNDEF GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET PREFIX BASE IN COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR
  STR LANG LANGMATCHES DATATYPE BOUND IRI BNODE ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS
  STRENDS STRBEFORE STRAFTER YEAR MONTH DAY NOW COALESCE IF STRLANG STRDT SAMETERM ISIRI ISBLANK ISLITERAL ISNUMERIC SUBSTR
  REPLACE REGEX TRUE FALSE`.split(/\s+/);
const DECLARATION = /\bPREFIX\s+([\w.-]*):\s*<[^>\s]*>/gi;
const MOST = 60;

/** A source of suggestions: variables of the query, words of the vocabulary by their spelling or their name, keywords. */
export function suggestions(words, texts) {
  return async (context) => {
    const typed = context.matchBefore(/[?$]?[\p{L}\p{N}_:.-]*/u);
    if (!context.explicit && typed.text.length < 2 && !/^[?$]/.test(typed.text)) return null;
    if (["Comment", "String", "IriRef"].includes(syntaxTree(context.state).resolveInner(context.pos, -1).name)) return null;
    const known = await words;
    const found = /^[?$]/.test(typed.text)
      ? variables(context.state, typed, texts)
      : [...vocabulary(known, typed.text, texts), ...prefixes(known, typed.text, texts), ...keywords(typed.text, texts)];
    return { from: typed.from, options: found.slice(0, MOST), filter: false };
  };
}

/** The prefixes that are used in a query without being declared, each with where it is first used. */
export function undeclared(state) {
  const known = declarations(state.doc.toString());
  const found = new Map();
  syntaxTree(state).iterate({
    enter({ name, from, to }) {
      if (name === "PrefixDecl") return false;
      if (name !== "Pname_ln" && name !== "Pname_ns") return;
      const prefix = state.sliceDoc(from, to).split(":")[0];
      if (!known.has(prefix) && !found.has(prefix)) found.set(prefix, from);
    },
  });
  return found;
}

/** Where the editor itself sees the first trouble of a query; null when it sees none. */
export function suspect(state) {
  const places = [...undeclared(state).values()];
  syntaxTree(state).iterate({
    enter({ type, from }) {
      if (type.isError) places.push(from);
    },
  });
  return places.length ? Math.min(...places) : null;
}

/** Declares the prefixes we know as soon as they are typed or pasted. */
export function declareWhatIsTyped(words) {
  return EditorView.updateListener.of(async ({ docChanged, transactions, view }) => {
    if (!docChanged || !transactions.some((one) => one.isUserEvent("input"))) return;
    const { prefixes } = await words;
    const missing = [...undeclared(view.state).keys()].filter((prefix) => Object.hasOwn(prefixes, prefix));
    if (missing.length) view.dispatch({ changes: missing.map((prefix) => declaring(view.state, prefix, prefixes[prefix])) });
  });
}

function declarations(text) {
  return new Set([...text.matchAll(DECLARATION)].map((found) => found[1]));
}

function declaring(state, prefix, namespace) {
  const last = [...state.doc.toString().matchAll(DECLARATION)].at(-1);
  const line = `PREFIX ${prefix}: <${namespace}>`;
  return last ? { from: last.index + last[0].length, insert: `\n${line}` } : { from: 0, insert: `${line}\n` };
}

function vocabulary({ words }, typed, texts) {
  const sought = typed.toLowerCase();
  const ranked = words.map((word) => [rank(word, sought), word]).filter(([place]) => place < Infinity);
  return ranked.sort(([one], [other]) => one - other).map(([, word]) => ({
    label: word.word,
    displayLabel: word.name,
    detail: word.of ? `${texts[word.kind]}: ${word.of}` : word.word,
    info: word.meaning || undefined,
  }));
}

/** How well a word fits: by its spelling first, then by what follows its prefix, then by its name. */
function rank({ word, name }, sought) {
  const spelled = word.toLowerCase();
  const named = name.toLowerCase();
  const fits = [
    spelled.startsWith(sought), spelled.split(":")[1]?.startsWith(sought), named.startsWith(sought),
    named.split(/[\s(/-]+/).some((part) => part.startsWith(sought)),
  ];
  const place = fits.indexOf(true);
  return place < 0 ? Infinity : place;
}

function prefixes(known, typed, texts) {
  const found = Object.entries(known.prefixes).filter(([prefix]) => prefix.startsWith(typed.toLowerCase()));
  return found.map(([prefix, namespace]) => ({ label: `${prefix}:`, detail: texts.prefix, info: namespace }));
}

function variables(state, typed, texts) {
  const others = state.sliceDoc(0, typed.from) + state.sliceDoc(typed.to);
  const names = new Set([...others.matchAll(/[?$][\p{L}\p{N}_]+/gu)].map((found) => `${typed.text[0]}${found[0].slice(1)}`));
  return [...names].filter((name) => name.startsWith(typed.text)).map((label) => ({ label, detail: texts.variable }));
}

function keywords(typed, texts) {
  const found = KEYWORDS.filter((word) => word.startsWith(typed.toUpperCase()));
  return found.map((label) => ({ label, detail: texts.keyword }));
}
