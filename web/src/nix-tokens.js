// @ts-check
/** The part of the Nix tokenizer that needs a look ahead: paths. Everything else is in `nix.grammar`. */
import { ExternalTokenizer } from "@lezer/lr";
import { pathEnd, pathFragment, pathStart } from "./nix-parser.terms.js";

const SLASH = 47; // "/"
const TILDE = 126; // "~"
const DOLLAR = 36; // "$"
const OPEN_BRACE = 123; // "{"

/** @param {number} code a UTF-16 code unit, or -1 at the end of the input */
function isPathChar(code) {
  return (
    (code >= 97 && code <= 122) || // a-z
    (code >= 65 && code <= 90) || // A-Z
    (code >= 48 && code <= 57) || // 0-9
    code === 46 || // .
    code === 95 || // _
    code === 45 || // -
    code === 43 // +
  );
}

/** @param {import("@lezer/lr").InputStream} input */
function atInterpolation(input) {
  return input.next === DOLLAR && input.peek(1) === OPEN_BRACE;
}

/**
 * Reads what Nix's lexer calls PATH, HPATH, PATH_SEG and HPATH_START: a path has at least one slash with a
 * name behind it, or ends in a slash that an interpolation follows.
 *
 * @param {import("@lezer/lr").InputStream} input
 */
function readPathStart(input) {
  if (input.next === TILDE) {
    if (input.peek(1) !== SLASH) return false;
    input.advance();
  } else {
    while (isPathChar(input.next)) input.advance();
  }
  let segments = 0;
  while (input.next === SLASH) {
    if (!isPathChar(input.peek(1))) break;
    input.advance();
    while (isPathChar(input.next)) input.advance();
    segments += 1;
  }
  if (input.next === SLASH && input.peek(1) !== SLASH && input.peek(1) !== 42 /* "*" */) {
    if (segments > 0 || (input.peek(1) === DOLLAR && input.peek(2) === OPEN_BRACE)) {
      input.advance();
      return true;
    }
  }
  return segments > 0;
}

export const pathTokens = new ExternalTokenizer(
  (input, stack) => {
    if (stack.canShift(pathEnd)) {
      if (atInterpolation(input)) return;
      const start = input.pos;
      while (isPathChar(input.next) || (input.next === SLASH && input.peek(1) !== SLASH)) input.advance();
      input.acceptToken(input.pos > start ? pathFragment : pathEnd);
      return;
    }
    if (stack.canShift(pathStart) && readPathStart(input)) input.acceptToken(pathStart);
  },
  { contextual: true },
);
