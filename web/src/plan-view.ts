/** The plan in words and numbers, and whether it still belongs to the text. */
import { css, html, nothing, svg, unsafeCSS } from "lit";
import { beginning } from "./long-text";
import type { Action, DerivationSummary } from "./protocol";
import { differs } from "./run";
import { ACTION_MARKS, changeMark, symbol, word } from "./state-mark";
import { StateView } from "./state-view";
import { count, type State } from "./store";
import { shared } from "./theme";
import { duration, host } from "./world";

/** Screens with one column, in which this stays above the rest. */
const NARROW = "(max-width: 820px)";

/** Of many causes the first ones are named. */
const CAUSES_SHOWN = 4;

export class PlanView extends StateView {
  static override styles = [
    shared,
    css`
      section {
        padding: 12px 16px;
        border-bottom: 1px solid var(--border);
        background: var(--surface);
      }
      .sentence {
        font-size: 19px;
        font-weight: 600;
        line-height: 1.3;
        letter-spacing: -0.005em;
      }
      .outdated .sentence {
        color: var(--muted);
      }
      .badge {
        display: inline-block;
        margin-bottom: 4px;
        padding: 1px 8px;
        border: 1px solid var(--error);
        border-radius: 10px;
        color: var(--error);
        font-size: 12px;
        font-weight: 600;
      }
      .why {
        margin-top: 6px;
        overflow-wrap: anywhere;
      }
      .why code {
        font-size: 12px;
      }
      .link {
        font-weight: 600;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 16px;
        margin: 4px 0 0;
        padding: 0;
        list-style: none;
        color: var(--muted);
        font-size: 13px;
      }
      li svg {
        vertical-align: -1px;
        margin-inline-end: 4px;
      }
      b {
        color: var(--text);
      }
      .wrong {
        color: var(--impossible);
        font-weight: 600;
      }
      .notice {
        margin-top: 6px;
        font-size: 13px;
      }
      .bar {
        display: block;
        margin-top: 8px;
        border-radius: 3px;
      }
      pre {
        max-height: 50vh;
        margin: 8px 0 0;
        overflow: auto;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      /* On narrow screens it stays in view, so it must leave room for what it is about. */
      @media ${unsafeCSS(NARROW)} {
        section {
          max-height: 34vh;
          overflow-y: auto;
        }
      }
    `,
  ];

  protected override render() {
    const { report, outdated, notice, discarded } = this.state;
    return html`<section aria-label="Plan" tabindex=${matchMedia(NARROW).matches ? 0 : nothing} class=${outdated ? "outdated" : ""}>
      ${outdated && report ? html`<span class="badge">Out of date: ${whyOutdated(this.state)}</span>` : nothing}
      ${report === undefined
        ? html`<p class="sentence">${waiting(this.state)}</p>`
        : report.outcome === "value"
          ? html`<p class="sentence">A value, not a derivation</p>
              <pre tabindex="0" role="group" aria-label="Value">${beginning(report.value ?? "")}</pre>`
          : this.#plan()}
      ${notice === "" ? nothing : html`<p class="notice">
            ${notice}
            ${discarded === undefined
              ? nothing
              : html`<button type="button" class="button" @click=${() => this.store.restore()}>Restore my text</button>`}
          </p>`}
    </section>`;
  }

  #plan() {
    const plan = this.state.report?.plan;
    if (plan === undefined) return nothing;
    const derivations = this.state.report?.derivations ?? [];
    const counts = { there: 0, fetch: 0, build: 0, skip: 0, impossible: 0 };
    for (const { action } of derivations) counts[action] += 1;
    return html`<p class="sentence">${plan.sentence}</p>
      <svg class="bar" width="100%" height="6" aria-hidden="true">
        ${bar(counts)}
      </svg>
      <ul aria-label="Derivations by what happens to them">
        <li>${count(derivations.length, "derivation")}:</li>
        ${ACTION_MARKS.filter((action) => counts[action] > 0).map(
          (action) => html`<li>
            ${symbol(action)}<b>${counts[action]}</b> ${word(action)}${action === "fetch" && plan.fetch !== counts.fetch ? ` (${count(plan.fetch, "store path")})` : nothing}
          </li>`,
        )}
      </ul>
      ${this.#nix()} ${this.#why(derivations)}`;
  }

  /** What Nix does, and whether that is what the dry run says. */
  #nix() {
    const { run, runIsCurrent } = this.state;
    if (run === undefined) return nothing;
    const { cost, failure, warnings, dropped } = run;
    const wrong = run.derivations.filter(differs);
    const first = wrong.at(-1);
    const shade = runIsCurrent ? "" : "muted";
    const size = cost.downloads > 0 ? ` (${cost.downloadSize})` : "";
    const done = `${cost.builds} built, ${cost.downloads} fetched${size}`;
    return html`<p class=${`why ${shade}`}>
        <b>Nix:</b> ${failure === undefined ? done : `${done}, then it fails`}${cost.total > 0 ? `, ${duration(cost.total)}` : ""}.
        ${first === undefined
          ? nothing
          : html`<span class="wrong">≠ The dry run is wrong</span> about ${count(wrong.length, "derivation")}, for example
              <button type="button" class="link" @click=${() => this.store.select(first.drvPath)}>${nameOf(first.drvPath)}</button>.`}
      </p>
      ${failure === undefined ? nothing : html`<p class="why wrong">${beginning(failure, 600)}</p>`}
      ${warnings.map((warning) => html`<p class="why">Warning: ${beginning(warning, 600)}</p>`)}
      ${dropped.map(
        ({ cache, reason, rule, fix }) =>
          html`<p class="why">${host(cache)} is not asked: ${reason} <span class="muted">Rule ${rule}.</span>${fix === undefined ? nothing : ` To change that: ${fix}.`}</p>`,
      )}
      ${run.turned
        ? html`<p class="why">
            <b>Side by side:</b> content-addressed ${count(cost.builds, "build")}; the same set input-addressed
            ${count(run.turned.builds, "build")}.
          </p>`
        : nothing}`;
  }

  /** What was edited, and how far it reaches. */
  #why(derivations: readonly DerivationSummary[]) {
    const causes = derivations.filter(({ role }) => role === "cause");
    if (causes.length === 0) {
      const same = this.state.report?.hasBaseline && derivations.every((derivation) => changeMark(derivation) === "unchanged");
      return same ? html`<p class="why">Every store path is as last published. Edit a file${this.state.example.scenario ? "" : ", or try a step from the list"}.</p>` : nothing;
    }
    const followers = derivations.filter((derivation) => changeMark(derivation) === "cascade").length;
    const kept = causes.every(({ outputs }) => outputs.every(({ change }) => change === "unchanged"));
    const floating = derivations.some(({ role, outputs }) => role === "cascade" && outputs.some(({ change }) => change === "unknown"));
    const reach =
      followers > 0
        ? `${count(followers, "derivation")} ${followers === 1 ? "follows" : "follow"}, because hashes cover inputs${floating ? "; what is content-addressed and gets inputs with the same content is not built again" : ""}.`
        : kept
          ? "The path of its output depends only on its content’s hash, so nothing follows."
          : "Nothing else depends on it.";
    const more = causes.length > CAUSES_SHOWN ? ` and ${causes.length - CAUSES_SHOWN} more` : "";
    const named = causes.slice(0, CAUSES_SHOWN).map((cause, index) => html`${index > 0 ? ", " : ""}${this.#cause(cause)}`);
    return html`<p class="why">${symbol("cause")} Edited: ${named}${more}. ${reach}</p>`;
  }

  #cause(cause: DerivationSummary) {
    const select = () => this.store.select(cause.drvPath);
    return html`<button type="button" class="link" @click=${select}>${cause.name}</button>${fields(cause)}`;
  }
}

/** The name in the path of a `.drv` file. */
function nameOf(drvPath: string): string {
  return drvPath.slice(drvPath.lastIndexOf("/") + 34).replace(/\.drv$/, "");
}

/** The first of the attributes that changed, in parentheses. */
function fields({ changedFields }: DerivationSummary) {
  const [first, ...others] = changedFields;
  if (first === undefined) return nothing;
  return html` (<code>${first}</code>${others.length > 0 ? ` and ${others.length} more` : nothing})`;
}

/** Rectangles as wide as each action's share, in percent. */
function bar(counts: Record<Action, number>) {
  const total = Object.values(counts).reduce((sum, part) => sum + part, 0);
  let x = 0;
  return ACTION_MARKS.filter((action) => counts[action] > 0).map((action) => {
    const width = (counts[action] * 100) / total;
    x += width;
    return svg`<rect x=${`${x - width}%`} width=${`${width}%`} height="6" fill=${action === "skip" ? "var(--border)" : `var(--${action})`} />`;
  });
}

function whyOutdated({ engine, latest }: State): string {
  if (engine === "stopped") return "the evaluation was stopped";
  return latest?.outcome === "error" ? "the text has an error" : "evaluating";
}

function waiting({ engine, latest, example, attrPath }: State): string {
  if (latest && example.archive && attrPath === "") return "Nothing to show yet: the set as a whole has an error. Name an attribute of it above.";
  if (latest) return "Nothing to show yet: the text has an error";
  return engine === "stopped" ? "Nothing to show yet" : "Loading the evaluator … you can edit already";
}

customElements.define("drvlab-plan", PlanView);
