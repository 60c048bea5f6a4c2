/** Nix for CodeMirror: the grammar with its highlighting, folding and indentation. */
import {
  continuedIndent,
  delimitedIndent,
  foldInside,
  foldNodeProp,
  HighlightStyle,
  indentNodeProp,
  LanguageSupport,
  LRLanguage,
  syntaxHighlighting,
} from "@codemirror/language";
import { styleTags, tags } from "@lezer/highlight";
import { parser } from "./nix-parser.js";

const language = LRLanguage.define({
  name: "nix",
  parser: parser.configure({
    props: [
      styleTags({
        "with assert let in if then else rec inherit or": tags.keyword,
        "Variable/Identifier": tags.variableName,
        "AttrName/Identifier": tags.propertyName,
        "Binder/Identifier Parameter/Identifier": tags.definition(tags.variableName),
        Number: tags.number,
        "String/... IndentedString/...": tags.string,
        "StringEscape IndentedEscape": tags.escape,
        "Path! SearchPath Uri": tags.url,
        "Interpolation/${ Interpolation/}": tags.special(tags.brace),
        LineComment: tags.lineComment,
        BlockComment: tags.blockComment,
        Ellipsis: tags.definition(tags.variableName),
      }),
      indentNodeProp.add({
        "AttrSet LegacyLet": delimitedIndent({ closing: "}" }),
        Formals: delimitedIndent({ closing: "}" }),
        List: delimitedIndent({ closing: "]" }),
        Parenthesized: delimitedIndent({ closing: ")" }),
        Let: continuedIndent({ except: /^\s*in\b/ }),
        Binding: continuedIndent(),
      }),
      foldNodeProp.add({ "AttrSet List Parenthesized IndentedString Formals": foldInside }),
    ],
  }),
  languageData: {
    commentTokens: { line: "#", block: { open: "/*", close: "*/" } },
  },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.escape, tags.special(tags.brace)], color: "var(--code-number)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: tags.url, color: "var(--code-path)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: tags.propertyName, color: "var(--code-name)" },
  { tag: tags.definition(tags.variableName), color: "var(--code-name)" },
]);

export function nix(): LanguageSupport {
  return new LanguageSupport(language, syntaxHighlighting(colours));
}
