// Random choices that a seed determines, the same on every machine.

export class Random {
  #state

  /** Choices for one case: another `index` under the same seed gives others. */
  constructor(seed, index = 0) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0
    for (let round = 0; round < 4; round++) this.next()
  }

  /** A number from 0 up to but not including 1 (the generator mulberry32). */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from 0 up to but not including `count`. */
  below(count) {
    return Math.floor(this.next() * count)
  }

  chance(probability) {
    return this.next() < probability
  }

  pick(choices) {
    return choices[this.below(choices.length)]
  }

  /** Picks from `[weight, choice]` pairs. */
  weighted(pairs) {
    let left = this.next() * pairs.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, choice] of pairs) {
      left -= weight
      if (left < 0) return choice
    }
    return pairs.at(-1)[1]
  }

  /** As many results of `make` as a number from `least` to `most` says. */
  several(least, most, make) {
    return Array.from({ length: least + this.below(most - least + 1) }, (_, index) => make(index))
  }

  shuffled(items) {
    const result = [...items]
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.below(last + 1)
      ;[result[last], result[other]] = [result[other], result[last]]
    }
    return result
  }

  bytes(count) {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)))
  }
}
