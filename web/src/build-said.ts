/** What is said about one build instead of simulating it by rules: how long it takes, how large it gets, what it refers to, whether it fails. */
import { css, html, LitElement } from "lit";
import { checkField, fieldStyles, numberField, textField, words } from "./fields";
import type { BuildFile } from "./protocol";
import { shared } from "./theme";

export type Builds = Readonly<Record<string, BuildFile>>;

export interface SayingActions {
  /** Says this about builds from now on, and nothing about others. */
  setBuilds(builds: Builds): void;
}

/** Of a build about which nothing was said this is said first. */
const FIRST: BuildFile = Object.freeze({ seconds: 60 }) as unknown as BuildFile;

/** Says something about a build, unless that is so already. */
export function saySomething(store: SayingActions, builds: Builds, name: string): void {
  store.setBuilds({ ...builds, [name]: builds[name] ?? FIRST });
}

export class BuildSaid extends LitElement {
  static override properties = { builds: { attribute: false }, name: { attribute: false }, said: { attribute: false } };
  declare store: SayingActions;
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
        ${textField("Refers to", (said.references ?? []).join(" "), (text) => this.#say({ references: text === "" ? undefined : words(text) }), {
          placeholder: "what its attributes mention",
          hint: "names of outputs that it is built from",
        })}
        ${textField("Its contents are called", said.contents ?? "", (contents) => this.#say({ contents: contents === "" ? undefined : contents }), {
          placeholder: "after its attributes",
          hint: "outputs with the same contents are equal",
        })}
      </div>
      <button type="button" class="button" @click=${() => this.#forget()}>Say nothing about it<span class="unseen">: ${name}</span></button>
    </fieldset>`;
  }

  #say(change: {
    fails?: boolean;
    seconds?: number | undefined;
    narSize?: number | undefined;
    references?: string[] | undefined;
    contents?: string | undefined;
  }): void {
    const merged = { ...this.said, ...change };
    const said = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined && value !== false));
    this.store.setBuilds({ ...this.builds, [this.name]: said as unknown as BuildFile });
  }

  #forget(): void {
    this.store.setBuilds(Object.fromEntries(Object.entries(this.builds).filter(([other]) => other !== this.name)));
  }
}

customElements.define("drvlab-build-said", BuildSaid);
