/**
 * The text editor: shows the active file, tells the store about edits, and underlines diagnostics.
 *
 * Each file keeps its own editor state, so undo goes on where it was when a file is opened again.
 */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, ensureSyntaxTree, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxTree } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic as Underline } from "@codemirror/lint";
import { Annotation, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";
import { css, html, type PropertyValues } from "lit";
import { nix } from "./nix-language";
import type { Diagnostic } from "./protocol";
import { StateView } from "./state-view";
import { shared } from "./theme";

/** How long the text in front of the cursor may be parsed when it moves, in milliseconds. */
const PARSE_TIME = 20;

/** Marks transactions that come from the store, which must not be told about them again. */
const fromStore = Annotation.define<boolean>();

const appearance = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--text)", fontSize: "13px" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--text)", paddingBlock: "8px" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--muted)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--raised) 55%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--raised)", color: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)", outline: "1px solid var(--border)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--raised)", color: "var(--muted)", border: "1px solid var(--border)" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--control-border)" },
  ".cm-diagnostic": { fontFamily: "var(--sans)", whiteSpace: "pre-wrap" },
});

export class CodeEditor extends StateView {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
      }
      #editor {
        flex: 1;
        min-height: 0;
      }
      #keys {
        padding: 3px 12px;
        border-top: 1px solid var(--border);
        background: var(--surface);
        color: var(--muted);
        font-size: 12px;
      }
    `,
  ];

  #view: EditorView | undefined;
  #file = "";
  /** States of the files that are not shown. */
  #states = new Map<string, EditorState>();
  /** The texts that this editor and the store agree on; compared by identity, which is cheap. */
  #texts = new Map<string, string>();

  /** When the problems below take room away, the cursor stays in view. */
  #observer = new ResizeObserver(() => {
    if (!this.#view?.hasFocus) return;
    this.#view.dispatch({ effects: EditorView.scrollIntoView(this.#view.state.selection.main.head) });
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer.disconnect();
  }

  protected override render() {
    return html`<div id="editor"></div>
      <p id="keys">Tab indents. To leave the editor: Esc, then Tab.</p>`;
  }

  protected override firstUpdated(): void {
    this.#file = this.state.active;
    this.#view = new EditorView({
      state: this.#open(this.#file),
      root: this.renderRoot as ShadowRoot,
      parent: this.renderRoot.querySelector("#editor") as HTMLElement,
    });
    this.#observer.observe(this);
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get("state");
    this.#showFile();
    this.#takeText();
    if (before?.latest !== this.state.latest || before?.active !== this.state.active) this.#underline();
    if (this.state.jump !== undefined && this.state.jump !== before?.jump) this.#jump();
  }

  #extensions(file: string): Extension {
    return [
      lineNumbers(),
      foldGutter(),
      lintGutter(),
      highlightSpecialChars(),
      history(),
      drawSelection({ cursorBlinkRate: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 1200 }),
      indentOnInput(),
      indentUnit.of("  "),
      bracketMatching(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap, indentWithTab]),
      EditorView.contentAttributes.of({
        "aria-label": `Text of ${file}`,
        "aria-describedby": "keys",
        tabindex: "0",
        spellcheck: "false",
        autocapitalize: "off",
      }),
      EditorView.updateListener.of((update) => {
        if (update.selectionSet) this.store.setCursor({ file: this.#file, starts: startsAround(update.state) });
        if (!update.docChanged || update.transactions.some((transaction) => transaction.annotation(fromStore))) return;
        const text = update.state.doc.toString();
        this.#texts.set(this.#file, text);
        this.store.edit(this.#file, text);
      }),
      file.endsWith(".nix") ? nix() : [],
      appearance,
    ];
  }

  #open(file: string): EditorState {
    const text = this.state.files.get(file) ?? "";
    this.#texts.set(file, text);
    return EditorState.create({ doc: text, extensions: this.#extensions(file) });
  }

  #showFile(): void {
    if (this.#view === undefined || this.state.active === this.#file) return;
    this.#states.set(this.#file, this.#view.state);
    this.#file = this.state.active;
    this.#view.setState(this.#states.get(this.#file) ?? this.#open(this.#file));
  }

  /** Takes over a text that was changed elsewhere (story, reset) as an edit that can be undone. */
  #takeText(): void {
    const text = this.state.files.get(this.#file) ?? "";
    if (this.#view === undefined || this.#texts.get(this.#file) === text) return;
    this.#texts.set(this.#file, text);
    const old = this.#view.state.doc.toString();
    const shorter = Math.min(old.length, text.length);
    let start = 0;
    while (start < shorter && old[start] === text[start]) start += 1;
    let end = 0;
    while (end < shorter - start && old.at(-1 - end) === text.at(-1 - end)) end += 1;
    this.#view.dispatch({
      changes: { from: start, to: old.length - end, insert: text.slice(start, text.length - end) },
      annotations: fromStore.of(true),
    });
  }

  #underline(): void {
    if (this.#view === undefined) return;
    const { length } = this.#view.state.doc;
    const underlines: Underline[] = (this.state.latest?.diagnostics ?? [])
      .filter((diagnostic) => diagnostic.file === this.#file)
      .map((diagnostic) => {
        const from = Math.min(diagnostic.from, length);
        const to = Math.min(Math.max(diagnostic.to, from), length);
        return { from, to, severity: diagnostic.severity, message: sentence(diagnostic) };
      });
    this.#view.dispatch(setDiagnostics(this.#view.state, underlines));
  }

  #jump(): void {
    const { jump } = this.state;
    if (this.#view === undefined || jump === undefined || jump.file !== this.#file) return;
    const { length } = this.#view.state.doc;
    const anchor = Math.min(jump.from, length);
    this.#view.dispatch({
      selection: { anchor, head: Math.min(Math.max(jump.to, anchor), length) },
      effects: EditorView.scrollIntoView(anchor, { y: "center" }),
    });
    if (jump.focus) this.#view.focus();
  }
}

/** Where the parts of the text begin that the cursor stands in, from inside to outside. */
function startsAround(state: EditorState): number[] {
  const { from } = state.selection.main;
  // A file that has just been opened may not be parsed yet.
  const tree = ensureSyntaxTree(state, from, PARSE_TIME) ?? syntaxTree(state);
  const starts = new Set<number>();
  for (let node: SyntaxNode | null = tree.resolveInner(from, 1); node; node = node.parent) {
    starts.add(node.from);
  }
  return [...starts];
}

function sentence(diagnostic: Diagnostic): string {
  return [diagnostic.message, ...diagnostic.hints.map((hint) => `hint: ${hint}`)].join("\n");
}

customElements.define("drvlab-editor", CodeEditor);
