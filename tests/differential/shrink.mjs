// Makes a failing case small: takes any step that is smaller and still fails, until none is left.

/** Candidates that are tried at once; the first that fails is taken. */
const AT_ONCE = 24

/** Rounds after which the case is small enough. */
const ROUNDS = 150

/**
 * `steps(item)` yields smaller items, `failing(items)` resolves to an array that tells which of them still fail.
 */
export async function shrink(item, steps, failing) {
  let candidates = steps(item)
  for (let round = 0; round < ROUNDS; round++) {
    const batch = []
    for (const candidate of candidates) {
      batch.push(candidate)
      if (batch.length === AT_ONCE) break
    }
    if (batch.length === 0) return item
    const fails = await failing(batch)
    const smaller = batch[fails.indexOf(true)]
    if (smaller === undefined) continue
    item = smaller
    candidates = steps(item)
  }
  return item
}
