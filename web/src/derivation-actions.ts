/** What the views of derivations do: to those that were evaluated, or to those that were read from files. */
import type { DerivationDetail, DerivationSummary, Place, Report, SourceDetail } from "./protocol";

export interface DerivationActions {
  select(drvPath: string | undefined): void;
  goTo(place: Place): void;
  evict(storePath: string): void;
  /** How the path of a text or a copy of files comes about. `undefined`: the worker was stopped. */
  storeObject(path: string): Promise<SourceDetail | undefined>;
}

/** What they show. */
export interface ShownDerivations {
  readonly report: Report | undefined;
  readonly selected: DerivationSummary | undefined;
  readonly detail: DerivationDetail | undefined;
  readonly cursor: { file: string; starts: number[] } | undefined;
}
