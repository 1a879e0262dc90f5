import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ticksBetween } from './schedule.js'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE

const clocks = new Map<string, Intl.DateTimeFormat>()
/** Returns what a wall clock shows, as if it were UTC (ms). */
const wallAt = (timeZone: string, at: number): number => {
  const clock = clocks.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  clocks.set(timeZone, clock)
  return Date.parse(`${clock.format(at).replace(' ', 'T')}Z`)
}

/**
 * Returns what the clock shows in each minute. Asking `Intl` for every one takes most of the time, so only hours with a change are checked minute by
 * minute.
 */
const wallsBetween = (timeZone: string, from: number, to: number): readonly { at: number; wall: number }[] => {
  const walls: { at: number; wall: number }[] = []
  for (let hour = from; hour < to; hour += 60 * MINUTE) {
    const first = wallAt(timeZone, hour)
    const steady = wallAt(timeZone, hour + 60 * MINUTE) - first === 60 * MINUTE
    for (let at = hour; at < hour + 60 * MINUTE; at += MINUTE) walls.push({ at, wall: steady ? first + at - hour : wallAt(timeZone, at) })
  }
  return walls
}

interface Change {
  readonly timeZone: string
  /** Clocks change between this moment and a day later. */
  readonly day: number
  readonly byMinutes: number
}

/** Returns every clock change in these years, once for all zones that share it. */
const changesOf = (years: readonly number[]): readonly Change[] => {
  const found = new Map<string, Change>()
  for (const timeZone of Intl.supportedValuesOf('timeZone'))
    for (const year of years) {
      const start = Date.UTC(year, 0, 1)
      let before = wallAt(timeZone, start) - start
      for (let day = start; day < Date.UTC(year + 1, 0, 1); day += DAY) {
        const after = wallAt(timeZone, day + DAY) - day - DAY
        if (before !== after) found.set(`${day} ${before} ${after}`, { timeZone, day, byMinutes: (after - before) / MINUTE })
        before = after
      }
    }
  return [...found.values()]
}

const YEARS = process.env['INLET_TEST_ROUNDS'] === undefined ? [2011, 2026, 2027] : Array.from({ length: 58 }, (_, i) => 1975 + i)
const changes = changesOf(YEARS)

interface Fields {
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
}
const matches = ({ minutes, hours }: Fields, wall: number): boolean =>
  wall % MINUTE === 0 && minutes.includes((wall / MINUTE) % 60) && hours.includes(Math.floor(wall / (60 * MINUTE)) % 24)

/** Applies the rule minute by minute: each slot once; skipped ones as long after the clock change as they were meant to be after it began. */
const reference = (fields: Fields, walls: readonly { at: number; wall: number }[]): readonly number[] => {
  const ticks = new Set<number>()
  let latest = -Infinity
  for (const [index, { at, wall }] of walls.entries()) {
    const before = walls[index - 1]
    for (let slot = (before?.wall ?? wall) + MINUTE; slot < wall; slot += MINUTE)
      if (before !== undefined && matches(fields, slot)) ticks.add(before.at + slot - before.wall)
    if (matches(fields, wall) && (fields.hours.length === 24 || wall > latest)) ticks.add(at)
    latest = Math.max(latest, wall)
  }
  return [...ticks].sort((a, b) => a - b)
}

const ALL_HOURS = Array.from({ length: 24 }, (_, hour) => hour)
const CRONS: readonly Fields[] = [
  { minutes: [0, 15, 30, 45], hours: ALL_HOURS },
  { minutes: [0], hours: ALL_HOURS },
  ...[0, 1, 2, 3].map((hour) => ({ minutes: [0], hours: [hour] })),
  { minutes: [30], hours: [0, 1, 2, 3, 23] },
  { minutes: [1, 59], hours: [0, 2, 23] },
]
const randomFields = fc.record({
  minutes: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 5 }),
  hours: fc.oneof(fc.constant(ALL_HOURS), fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 6 })),
})

const ISO = (at: number): string => new Date(at).toISOString()

/** Returns the results of the rule and of the reference around a change, in the same form. */
const compare = (fields: Fields, { timeZone, day }: Change, walls: readonly { at: number; wall: number }[]) => {
  const cron = `${fields.minutes.join(',')} ${fields.hours.length === 24 ? '*' : fields.hours.join(',')} * * *`
  const [from, to] = [day - DAY / 2, day + 2 * DAY]
  const { ticks } = ticksBetween({ cron, timeZone }, new Date(from), new Date(to), 5_000)
  const expected = reference(fields, walls).filter((at) => at > from && at <= to)
  return { actual: { cron, timeZone, ticks: ticks.map(Number).map(ISO) }, expected: { cron, timeZone, ticks: expected.map(ISO) } }
}

describe(`ticks where clocks change (${changes.length} changes of the tz database)`, () => {
  it('covers changes by half an hour, an hour, a whole day, and at midnight', () => {
    const sizes = new Set(changes.map(({ byMinutes }) => byMinutes))
    expect([...sizes]).toEqual(expect.arrayContaining([30, -30, 60, -60, 1_440]))
  })

  it('gives every local slot one tick, and never pauses a schedule of every hour', () => {
    for (const change of changes) {
      const walls = wallsBetween(change.timeZone, change.day - 1.5 * DAY, change.day + 2.5 * DAY)
      const drawn = fc.sample(randomFields, { numRuns: 3, seed: change.day / DAY })
      for (const fields of [...CRONS, ...drawn]) {
        const { actual, expected } = compare(fields, change, walls)
        expect(actual).toEqual(expected)
      }
    }
  })

  it('never makes a schedule of every hour wait longer than on other days, if its step fits into the change', () => {
    for (const { timeZone, day, byMinutes } of changes)
      for (const minutes of [60, 30, 20, 15, 5].filter((step) => byMinutes % step === 0)) {
        const cron = minutes === 60 ? '0 * * * *' : `*/${minutes} * * * *`
        const times = ticksBetween({ cron, timeZone }, new Date(day - DAY), new Date(day + 2 * DAY), 5_000).ticks.map(Number)
        const longest = Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)))
        expect({ cron, timeZone, day, longest }).toEqual({ cron, timeZone, day, longest: minutes * MINUTE })
      }
  })
})
