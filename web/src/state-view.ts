/** What the components have in common that show the page's state and nothing else. */
import { LitElement } from "lit";
import type { State, Store } from "./store";

export class StateView extends LitElement {
  static override properties = { state: { attribute: false } };
  declare state: State;
  declare store: Store;
}
