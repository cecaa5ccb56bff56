// The query page: the editor, the examples, and the query that is run without leaving the page.
import { showAnswer, showTrouble } from "./answer.js";
import { createEditor } from "./editor.js";

const TABLE = "application/sparql-results+json";
const GRAPH = "text/turtle";

const page = JSON.parse(document.getElementById("page").textContent);
const { texts } = page;
const form = document.getElementById("ask");
const status = document.getElementById("status");
const stop = document.getElementById("stop");
const answer = document.getElementById("answer");
const editor = createEditor(form.elements.query, { texts, words: readWords(), run: () => form.requestSubmit() });

let running = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(editor.text);
});
stop.addEventListener("click", () => {
  running?.abort();
  editor.focus();
});
addEventListener("hashchange", takeFromAddress);
for (const link of document.querySelectorAll("#examples a")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    link.closest("details").open = false;
    editor.text = link.dataset.query;
    editor.focus();
  });
}
for (const part of document.querySelectorAll("[data-script]")) part.hidden = part.dataset.script === "off";
takeFromAddress();

/** Prefixes and words to suggest; without them the editor works all the same. */
async function readWords() {
  try {
    return await (await fetch(page.words)).json();
  } catch {
    return { prefixes: {}, words: [] };
  }
}

/** A query may stand after the hash, where no server sees it: that is the address to share. */
function takeFromAddress() {
  const query = new URLSearchParams(location.hash.slice(1)).get("query");
  if (query !== null && query !== editor.text) editor.text = query;
}

async function ask(query) {
  running?.abort();
  const mine = (running = new AbortController());
  history.replaceState(null, "", `#${new URLSearchParams({ query })}`);
  begin();
  try {
    const began = performance.now();
    const response = await fetch(form.action, {
      method: "POST",
      headers: { Accept: `${TABLE}, ${GRAPH}` },
      body: new URLSearchParams({ query }),
      signal: mine.signal,
    });
    const body = await response.text();
    if (response.ok) {
      const seconds = (performance.now() - began) / 1000;
      const isTable = response.headers.get("Content-Type").startsWith(TABLE);
      status.textContent = showAnswer(answer, isTable ? JSON.parse(body) : body, { ...page, query, seconds });
      answer.hidden = false;
      answer.scrollIntoView({ block: "nearest" });
    } else {
      refused(problem(response, body));
    }
  } catch (error) {
    if (mine !== running) return;
    if (error.name === "AbortError") status.textContent = texts.stopped;
    else refused({ detail: texts.unreachable });
  } finally {
    if (mine === running) end();
  }
}

function begin() {
  editor.unmark();
  answer.setAttribute("aria-busy", "true");
  status.textContent = texts.running;
  stop.hidden = false;
}

function end() {
  running = null;
  answer.removeAttribute("aria-busy");
  stop.hidden = true;
}

function refused(told) {
  status.textContent = "";
  const place = told.status === 400 ? editor.mark(told) : null;
  showTrouble(answer, told.detail, { texts, place, undeclared: place ? editor.undeclared : [], goThere: () => editor.goTo(place) });
  answer.hidden = false;
  answer.scrollIntoView({ block: "nearest" });
}

/** Problem details (RFC 9457), also of an answer that came from something in between and has none. */
function problem(response, body) {
  try {
    return JSON.parse(body);
  } catch {
    return { detail: `${response.status} ${response.statusText}` };
  }
}
