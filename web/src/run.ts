/** Finding one's way in a run: what Nix does with a derivation, and where that is not what the dry run says. */
import type { RunDerivation, RunReport } from "./protocol";

const indexes = new WeakMap<RunReport, Map<string, RunDerivation>>();

/** What a run says of a derivation; nothing if it is of a text before it. */
export function inRun(run: RunReport | undefined, drvPath: string): RunDerivation | undefined {
  if (run === undefined) return undefined;
  let index = indexes.get(run);
  if (index === undefined) {
    index = new Map(run.derivations.map((derivation) => [derivation.drvPath, derivation]));
    indexes.set(run, index);
  }
  return index.get(drvPath);
}

/** Whether Nix does something else than the dry run says. */
export function differs({ dryRun, nix }: Pick<RunDerivation, "dryRun" | "nix">): boolean {
  return dryRun.action !== nix.action;
}
