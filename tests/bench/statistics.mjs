// Statistics of a list of measurements.

/** The value below which the share `q` (0 to 1) of the values lies: the nearest rank. */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}

export function median(values) {
  return quantile(values, 0.5);
}
