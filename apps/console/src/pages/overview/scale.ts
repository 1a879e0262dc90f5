/** Round steps for an axis from zero that reaches at least `max`: at most five of them. */
export const axisSteps = (max: number): readonly number[] => {
  if (max <= 0) return [0, 1]
  const raw = max / 4
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power)
  const count = Math.ceil(max / step)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

const UNITS = [1, 60, 3_600, 86_400]
const FACTORS = [1, 2, 5, 10, 15, 30]

/** The same for seconds, at lengths that clocks have. */
export const timeSteps = (max: number): readonly number[] => {
  if (max <= 0) return [0, 1]
  const candidates = UNITS.flatMap((unit) => FACTORS.map((factor) => unit * factor)).concat(21_600, 43_200, 86_400 * 60, 86_400 * 180)
  const step = candidates.toSorted((a, b) => a - b).find((size) => size * 4 >= max) ?? Math.ceil(max / 4 / 86_400) * 86_400
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, index) => index * step)
}
