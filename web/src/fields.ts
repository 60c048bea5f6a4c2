/** Labelled controls of forms, and how they look. Values are handed over when they are complete, not with each letter. */
import { css, html, nothing } from "lit";

export const fieldStyles = css`
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(210px, 1fr));
    gap: 8px 14px;
    margin: 8px 0;
  }
  .field {
    display: flex;
    flex-direction: column;
    gap: 2px;
    font-size: 13px;
  }
  .field .hint {
    color: var(--muted);
    font-size: 12px;
  }
  .field input,
  .field select,
  .field textarea {
    min-width: 0;
    width: 100%;
    padding: 4px 8px;
    border: 1px solid var(--control-border);
    border-radius: 6px;
    background: var(--surface);
    color: inherit;
    font: inherit;
    font-size: 13px;
  }
  .check {
    display: flex;
    align-items: baseline;
    gap: 7px;
    font-size: 13px;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    margin-top: 8px;
  }
`;

interface Options {
  hint?: string;
  /** The least and the most that a number can be. */
  bounds?: readonly [number, number];
  placeholder?: string;
}

export function textField(name: string, value: string, change: (value: string) => void, { hint, placeholder }: Options = {}) {
  return html`<label class="field">
    <span>${name}</span>
    <input
      type="text"
      spellcheck="false"
      autocomplete="off"
      .value=${value}
      placeholder=${placeholder ?? nothing}
      @change=${(event: Event) => change((event.target as HTMLInputElement).value.trim())}
    />
    ${hint === undefined ? nothing : html`<span class="hint">${hint}</span>`}
  </label>`;
}

/** A whole number, not negative unless there are other bounds; an empty field means that nothing is said. */
export function numberField(
  name: string,
  value: number | undefined,
  change: (value: number | undefined) => void,
  { hint, placeholder, bounds: [least, most] = [0, 1e12] }: Options = {},
) {
  return html`<label class="field">
    <span>${name}</span>
    <input
      type="number"
      min=${least}
      max=${most}
      step="1"
      .value=${value === undefined ? "" : String(value)}
      placeholder=${placeholder ?? nothing}
      @change=${(event: Event) => {
        const input = event.target as HTMLInputElement;
        if (!input.checkValidity()) input.reportValidity();
        else change(input.value === "" ? undefined : Number(input.value));
      }}
    />
    ${hint === undefined ? nothing : html`<span class="hint">${hint}</span>`}
  </label>`;
}

export function checkField(name: string, on: boolean, change: (on: boolean) => void, hint?: string) {
  return html`<label class="check">
    <input type="checkbox" .checked=${on} @change=${(event: Event) => change((event.target as HTMLInputElement).checked)} />
    <span>${name}${hint === undefined ? nothing : html` <span class="muted">${hint}</span>`}</span>
  </label>`;
}

export function choiceField<T extends string>(name: string, value: T, choices: readonly (readonly [T, string])[], change: (value: T) => void) {
  return html`<label class="field">
    <span>${name}</span>
    <select @change=${(event: Event) => change((event.target as HTMLSelectElement).value as T)}>
      ${choices.map(([choice, text]) => html`<option value=${choice} ?selected=${choice === value}>${text}</option>`)}
    </select>
  </label>`;
}

/** The words of a text field that takes several. */
export function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}
