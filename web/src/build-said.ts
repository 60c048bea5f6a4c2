/** What is said about one build instead of simulating it by rules: how long it takes, how large it gets, whether it fails. */
import { css, html, LitElement } from "lit";
import { checkField, fieldStyles, numberField } from "./fields";
import type { BuildFile } from "./protocol";
import type { Store } from "./store";
import { shared } from "./theme";

type Builds = Readonly<Record<string, BuildFile>>;

export class BuildSaid extends LitElement {
  static override properties = { builds: { attribute: false }, name: { attribute: false }, said: { attribute: false } };
  declare store: Store;
  declare builds: Builds;
  /** The name of the derivation or the package. */
  declare name: string;
  declare said: BuildFile;

  static override styles = [
    shared,
    fieldStyles,
    css`
      :host {
        display: block;
      }
      fieldset {
        margin: 8px 0;
        padding: 6px 10px 10px;
        border: 1px solid var(--border);
        border-radius: 8px;
      }
      legend {
        font-size: 13px;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected override render() {
    const { name, said } = this;
    const number = (value: bigint | number | undefined) => (value === undefined ? undefined : Number(value));
    return html`<fieldset>
      <legend>${name}</legend>
      ${checkField("fails", said.fails ?? false, (fails) => this.#say({ fails }))}
      <div class="fields">
        ${numberField("Takes so many seconds", number(said.seconds), (seconds) => this.#say({ seconds }), { placeholder: "by its name" })}
        ${numberField("Bytes of each output's NAR", number(said.narSize), (narSize) => this.#say({ narSize }), { placeholder: "by its name" })}
      </div>
      <button type="button" class="button" @click=${() => this.#forget()}>Say nothing about it<span class="unseen">: ${name}</span></button>
    </fieldset>`;
  }

  #say(change: { fails?: boolean; seconds?: number | undefined; narSize?: number | undefined }): void {
    const merged = { ...this.said, ...change };
    const said = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined && value !== false));
    this.store.setBuilds({ ...this.builds, [this.name]: said as unknown as BuildFile });
  }

  #forget(): void {
    this.store.setBuilds(Object.fromEntries(Object.entries(this.builds).filter(([other]) => other !== this.name)));
  }
}

customElements.define("drvlab-build-said", BuildSaid);
