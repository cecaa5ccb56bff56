// The editor: CodeMirror in place of the form's text area, which stays in the form and always holds the same text.
import {
  Decoration, EditorState, EditorView, HighlightStyle, Prec, SparqlLanguage, StateEffect, StateField, StyleModule,
  autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap, completionKeymap, defaultKeymap, history,
  historyKeymap, keymap, lineNumbers, syntaxHighlighting, tags,
} from "./codemirror.js";
import { declareWhatIsTyped, suggestions, suspect, undeclared } from "./words.js";

// CodeMirror would write its rules into a <style> element, which our Content-Security-Policy refuses. As a style sheet
// that a script constructs they need no exception from it.
const sheet = new CSSStyleSheet();
StyleModule.mount = (root, modules) => {
  sheet.replaceSync(modules.map((module) => module.getRules()).join("\n"));
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
};

// The colours of these classes stand in page.css.
const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, class: "keyword" },
  { tag: [tags.variableName, tags.special(tags.variableName)], class: "variable" },
  { tag: [tags.string, tags.integer, tags.float, tags.bool], class: "literal" },
  { tag: [tags.url, tags.namespace, tags.typeName], class: "iri" },
  { tag: tags.comment, class: "comment" },
]);

const mark = StateEffect.define();
const marked = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    const asked = transaction.effects.find((effect) => effect.is(mark));
    if (asked) return asked.value === null ? Decoration.none : wrong(transaction.state, asked.value);
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => [
    EditorView.decorations.from(field),
    EditorView.contentAttributes.from(field, (marks) => ({ "aria-invalid": String(marks.size > 0) })),
  ],
});

/** Takes the place of a text area. `words` promises what to suggest; `run` is called on Ctrl+Enter. */
export function createEditor(area, { texts, words, run }) {
  const view = new EditorView({
    state: EditorState.create({ doc: area.value, extensions: extensions(area, texts, words, run) }),
  });
  area.after(view.dom);
  area.hidden = true;
  area.labels[0].addEventListener("click", () => view.focus());
  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    get undeclared() {
      return [...undeclared(view.state).keys()];
    },
    /** Marks where a refused query is wrong, and gives that place. The engine may notice late, so our own eyes come first. */
    mark(told) {
      const at = suspect(view.state) ?? (told.line ? position(view.state, told) : null);
      if (at === null) return null;
      view.dispatch({ effects: mark.of(at) });
      const line = view.state.doc.lineAt(at);
      return { line: line.number, column: at - line.from + 1 };
    },
    unmark() {
      view.dispatch({ effects: mark.of(null) });
    },
    goTo(place) {
      view.dispatch({ selection: { anchor: position(view.state, place) }, scrollIntoView: true });
      view.focus();
    },
    focus: () => view.focus(),
  };
}

function extensions(area, texts, words, run) {
  const keys = [...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap];
  return [
    lineNumbers(), history(), bracketMatching(), closeBrackets(), EditorView.lineWrapping,
    SparqlLanguage, syntaxHighlighting(COLOURS),
    autocompletion({ override: [suggestions(words, texts)], icons: false }),
    // Tab is left alone: it leads on to the next field, as everywhere else.
    Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }])), keymap.of(keys),
    marked, declareWhatIsTyped(words), EditorState.languageData.of(() => [{ commentTokens: { line: "#" } }]),
    EditorState.phrases.of({ Completions: texts.suggestions }),
    EditorView.contentAttributes.of({
      "aria-labelledby": area.labels[0].id, "aria-describedby": "keys", spellcheck: "false", autocapitalize: "off",
    }),
    EditorView.domEventHandlers({ beforeinput: replaceSelection }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) area.value = update.state.doc.toString();
    }),
  ];
}

/** Chromium replaces a selection of several lines by way of inline styles, which our policy refuses; so we replace it. */
function replaceSelection({ inputType, data, isComposing }, view) {
  const { from, to } = view.state.selection.main;
  if (inputType !== "insertText" || !data || isComposing || view.state.doc.lineAt(from).to >= to) return false;
  const insert = () => view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
  const handled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert));
  if (!handled) view.dispatch(insert());
  return true;
}

/** Where a line and column counted from 1 are in the text; columns are characters, which JavaScript may count as two. */
function position(state, { line, column }) {
  const found = state.doc.line(Math.min(line, state.doc.lines));
  return found.from + [...found.text].slice(0, column - 1).join("").length;
}

function wrong(state, at) {
  const line = state.doc.lineAt(at);
  const word = state.doc.sliceString(at, line.to).match(/^[^\s{}().;,]+|^./u);
  const marks = [Decoration.line({ class: "wrong-line" }).range(line.from)];
  if (word) marks.push(Decoration.mark({ class: "wrong" }).range(at, at + word[0].length));
  return Decoration.set(marks);
}
