/** Texts of any length come from the evaluator; the page shows their beginning, so that it stays quick. */

const SHOWN = 20_000;

/** `text`, or its beginning and how much is left out. */
export function beginning(text: string, shown = SHOWN): string {
  if (text.length <= shown) return text;
  return `${text.slice(0, shown)}… (${(text.length - shown).toLocaleString("en")} more characters)`;
}
