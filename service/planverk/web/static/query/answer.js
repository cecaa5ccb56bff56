// An answer as people read it: a table whose addresses lead on, a yes or no, a graph as Turtle, or what went wrong.

const MOST_ROWS = 1000;
const MOST_CHARACTERS = 200_000;
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = ["integer", "decimal", "double", "float"].map((name) => XSD + name);

/** Fills the section with an answer and gives the sentence that sums it up. */
export function showAnswer(section, answer, { texts, places, formats, query, seconds }) {
  const { kind, content, sentence } = read(answer, texts, places);
  const links = formats[kind].map(([suffix, name]) => downloadLink(query, suffix, name));
  section.querySelector(".content").replaceChildren(...content);
  section.querySelector(".formats").replaceChildren(...links.map((link) => element("li", {}, link)));
  section.querySelector(".share").href = `#${new URLSearchParams({ query })}`;
  section.querySelector(".onwards").hidden = false;
  const time = seconds.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 });
  return `${sentence} ${fill(texts.time, { seconds: time })}`;
}

/** Fills the section with what is wrong; of a query that is not SPARQL also where, and which prefixes lack a declaration. */
export function showTrouble(section, detail, { texts, place, undeclared, goThere }) {
  const alert = element("div", { role: "alert", class: "trouble" });
  if (place) {
    const sentences = [fill(texts.notSparql, place), ...undeclared.map((prefix) => fill(texts.undeclared, { prefix }))];
    const button = element("button", { type: "button" }, texts.goThere);
    button.addEventListener("click", goThere);
    alert.append(...sentences.map((text) => element("p", {}, text)), button, element("p", {}, soft(detail)));
  } else {
    alert.append(element("p", {}, detail));
  }
  section.querySelector(".content").replaceChildren(alert);
  section.querySelector(".onwards").hidden = true;
}

function read(answer, texts, places) {
  if (typeof answer === "string") return readGraph(answer, texts);
  if ("boolean" in answer) {
    const word = answer.boolean ? texts.yes : texts.no;
    return { kind: "truth", content: [element("p", { class: "lead" }, word)], sentence: `${word}.` };
  }
  return readTable(answer, texts, places);
}

function readGraph(turtle, texts) {
  const shown = element("pre", { tabindex: 0, role: "region", "aria-label": "Turtle" }, element("code", {}, turtle.slice(0, MOST_CHARACTERS)));
  const isWhole = turtle.length <= MOST_CHARACTERS;
  return { kind: "graph", content: [shown], sentence: isWhole ? texts.graph : texts.graphInPart };
}

function readTable({ head, results }, texts, places) {
  const all = results.bindings;
  const shown = all.slice(0, MOST_ROWS);
  const headings = head.vars.map((name) => element("th", { scope: "col" }, name));
  const rows = shown.map((row) => element("tr", {}, ...head.vars.map((name) => cell(row[name], places))));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...headings)), element("tbody", {}, ...rows));
  const region = element("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": texts.table }, table);
  const count = fill(all.length === 1 ? texts.row : texts.rows, { rows: all.length });
  const part = all.length > shown.length ? ` ${fill(texts.part, { shown: shown.length })}` : "";
  return { kind: "table", content: [region], sentence: count + part };
}

function cell(term, places) {
  const isNumber = NUMBERS.includes(term?.datatype);
  return element("td", isNumber ? { class: "number" } : {}, ...(term ? show(term, places) : []));
}

/** What a cell holds for a term of SPARQL 1.1 Query Results JSON, section 3.2.2, or for a triple of RDF 1.2. */
function show({ type, value, datatype, "xml:lang": language }, places) {
  if (type === "uri") return [link(value, places)];
  if (type === "bnode") return [`_:${value}`];
  if (type === "triple") {
    const parts = [value.subject, value.predicate, value.object].flatMap((part) => [" ", ...show(part, places)]);
    return ["<<(", ...parts, " )>>"];
  }
  if (language) return [element("span", { lang: language }, value), " ", soft(`(${language})`)];
  return [datatype ? element("span", { class: "typed", title: datatype.replace(XSD, "xsd:") }, value) : value];
}

/** An address as a link, shortened where its beginning is known; one of ours leads to where this site answers for it. */
function link(iri, places) {
  const place = places.find(({ start }) => iri.startsWith(start));
  if (!place) return /^https?:/i.test(iri) ? element("a", { href: iri }, iri) : iri;
  const rest = iri.slice(place.start.length);
  return element("a", { href: place.path + rest, title: iri }, place.shown + rest);
}

function downloadLink(query, suffix, name) {
  const href = `/sparql?${new URLSearchParams({ query, format: suffix })}`;
  return element("a", { href, download: `sparql.${suffix}` }, name);
}

function soft(text) {
  return element("span", { class: "language" }, text);
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}
