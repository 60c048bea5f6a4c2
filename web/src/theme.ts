/** Styles that several components share: controls, headings, text for screen readers. Colours are in `page.css`. */
import { css } from "lit";

export const shared = css`
  :host {
    box-sizing: border-box;
  }
  *,
  *::before,
  *::after {
    /* Not inherited: between a details element and what is in it there is one of the browser's own. */
    box-sizing: border-box;
  }
  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 1px;
  }
  h2 {
    margin: 0;
    font-size: 13px;
    font-weight: 600;
    letter-spacing: 0.01em;
  }
  p {
    margin: 0;
  }
  code,
  pre {
    font-family: var(--mono);
    font-size: 12px;
  }
  button,
  input {
    font: inherit;
    color: inherit;
  }
  button {
    cursor: pointer;
  }
  button:disabled {
    cursor: not-allowed;
  }
  .button {
    padding: 4px 11px;
    border: 1px solid var(--control-border);
    border-radius: 6px;
    background: var(--surface);
    white-space: nowrap;
  }
  .link {
    padding: 0;
    border: 0;
    background: none;
    color: var(--accent);
    text-decoration: underline;
  }
  .button:hover:not(:disabled) {
    background: var(--raised);
  }
  .primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--accent-text);
    font-weight: 600;
  }
  .primary:hover:not(:disabled) {
    background: color-mix(in srgb, var(--accent) 88%, var(--text));
  }
  .button:disabled {
    border: 1px dashed var(--control-border);
    background: var(--surface);
    color: var(--muted);
    font-weight: 400;
  }
  .switch {
    text-align: start;
    display: flex;
    align-items: center;
    gap: 7px;
    padding: 3px 2px;
    border: 0;
    background: none;
  }
  .track {
    flex: none;
    width: 30px;
    height: 17px;
    padding: 2px;
    border: 1px solid var(--control-border);
    border-radius: 9px;
    background: var(--surface);
  }
  .knob {
    display: block;
    width: 11px;
    height: 11px;
    border-radius: 50%;
    background: var(--control-border);
  }
  [aria-checked="true"] .track {
    border-color: var(--accent);
    background: var(--accent);
  }
  [aria-checked="true"] .knob {
    transform: translateX(13px);
    background: var(--accent-text);
  }
  /* Where the visitor's colours replace those of the page, shapes without a border would be gone. */
  @media (forced-colors: active) {
    .track,
    .knob {
      forced-color-adjust: none;
    }
    .knob {
      background: ButtonText;
    }
    [aria-checked="true"] .track {
      border-color: Highlight;
      background: Highlight;
    }
    [aria-checked="true"] .knob {
      background: HighlightText;
    }
  }
  .muted {
    color: var(--muted);
  }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: no-preference) {
    .button,
    .switch .knob {
      transition:
        background-color 120ms,
        transform 120ms;
    }
  }
`;

/** Facts by name, as small cards beside each other. */
export const facts = css`
  dl {
    display: grid;
    gap: 8px;
    margin: 0;
  }
  dl > div {
    padding: 8px 10px;
    border: 1px solid var(--border);
    border-radius: 6px;
    overflow-wrap: anywhere;
  }
  dt {
    color: var(--muted);
    font-size: 12px;
  }
  dd {
    margin: 0;
  }
`;
