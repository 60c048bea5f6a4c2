/** What a scenario shows, and whether it holds. */
import { css, html, nothing } from "lit";
import { StateView } from "./state-view";
import { shared } from "./theme";

export class ScenarioBanner extends StateView {
  static override styles = [
    shared,
    css`
      section {
        padding: 10px 16px;
        border-bottom: 1px solid var(--border);
        background: var(--raised);
      }
      h2 {
        font-size: 15px;
      }
      details {
        margin-top: 4px;
        font-size: 13px;
      }
      summary {
        cursor: pointer;
      }
      ul {
        margin: 4px 0 0;
        padding: 0;
        list-style: none;
      }
      .holds {
        color: var(--there);
        font-weight: 600;
      }
      .fails {
        color: var(--error);
        font-weight: 600;
      }
    `,
  ];

  protected override render() {
    const { example, run } = this.state;
    if (example.scenario === undefined) return nothing;
    return html`<section aria-labelledby="scenario">
      <h2 id="scenario">${example.scenario.title}</h2>
      <p>${example.scenario.shows}</p>
      ${run ? this.#assertions() : html`<p class="muted">Checking what it says …</p>`}
    </section>`;
  }

  #assertions() {
    const assertions = this.state.run?.assertions ?? [];
    const holding = assertions.filter(({ instead }) => instead === undefined).length;
    const all = holding === assertions.length;
    const words = all ? `It holds: all ${assertions.length} checks` : `${holding} of ${assertions.length} checks hold`;
    return html`<details>
      <summary>
        <span class=${all ? "holds" : "fails"}>${all ? "✓" : "✗"} ${words}</span>
        ${all ? nothing : html`<span class="muted">– you have changed something. Reset brings the scenario back.</span>`}
      </summary>
      <ul>
        ${assertions.map(
          ({ expected, instead }) => html`<li>
            <span class=${instead === undefined ? "holds" : "fails"}>${instead === undefined ? "✓" : "✗"}</span>
            ${expected}${instead === undefined ? nothing : html` <span class="muted">– instead: ${instead}</span>`}
          </li>`,
        )}
      </ul>
    </details>`;
  }
}

customElements.define("drvlab-scenario", ScenarioBanner);
