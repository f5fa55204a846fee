// Medians and quartiles, and how the tables show them.

export function spread(samples) {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (q) => {
    const place = q * (sorted.length - 1), low = Math.floor(place)
    return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low])
  }
  return { median: at(0.5), q1: at(0.25), q3: at(0.75), rounds: sorted.length }
}

export const digits = (value) => value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0)
export const ms = ({ median, q1, q3 }) => median < 0.1 ? `${digits(median * 1000)} µs (${digits(q1 * 1000)}–${digits(q3 * 1000)})` : `${digits(median)} (${digits(q1)}–${digits(q3)})`
