import type { SourceLine } from '@inlet/contract'
import { CONDITIONS, type Condition, causeOf, causeText, isBroken, isStale, toCondition } from './condition.js'

export const SHOWS = ['all', 'attention', 'running', 'stale', 'quarantined', 'off'] as const
export type Show = (typeof SHOWS)[number]
export const SORTS = ['worst', 'name', '-name', 'success', '-success', 'next', 'quarantined'] as const
export type Sort = (typeof SORTS)[number]

export interface SourceFilter {
  readonly q: string
  readonly show: Show
  readonly connector: string
  /** What it needs somebody for, see `causeOf`. */
  readonly reason: string
  readonly sort: Sort
}

export interface ClassifiedLine {
  readonly line: SourceLine
  readonly condition: Condition
  /** Its name as the list is ordered by it: Shop 2 stands before Shop 10. */
  readonly name: string
  /** What a search looks through. */
  readonly text: string
}

const known = new WeakMap<SourceLine, ClassifiedLine>()

/** The same object again while neither the line nor its condition has changed. */
export const classify = (line: SourceLine, now: Date): ClassifiedLine => {
  const condition = toCondition(line, now)
  const before = known.get(line)
  if (before?.condition === condition) return before
  const classified = { line, condition, name: toOrderKey(line.name), text: before?.text ?? toText(line) }
  known.set(line, classified)
  return classified
}

/** Digits that a number in a name is filled up to: longer ones are no numbers that people count with. */
const DIGITS = 12

const toOrderKey = (name: string): string => name.toLowerCase().replaceAll(/\d+/gu, (number) => number.padStart(DIGITS, '0'))

const toText = (line: SourceLine): string =>
  [
    line.name,
    line.slug,
    line.connector,
    line.reason === null ? '' : `${line.reason} ${causeText(line.reason)}`,
    line.problem ?? '',
    ...Object.entries(line.labels).map(([name, value]) => `${name}:${value}`),
  ]
    .join('\n')
    .toLowerCase()

/** Words of a search that all must stand in a source, and those (after a minus) that must not. */
export const parseTerms = (q: string): { readonly wanted: readonly string[]; readonly unwanted: readonly string[] } => {
  const words = q.toLowerCase().split(/\s+/u).filter(Boolean)
  return {
    wanted: words.filter((word) => !word.startsWith('-')),
    unwanted: words.filter((word) => word.startsWith('-') && word.length > 1).map((word) => word.slice(1)),
  }
}

const ATTENTION: readonly Condition[] = ['broken', 'doubtful', 'stale']

const SHOWN: Readonly<Record<Show, (classified: ClassifiedLine, now: Date) => boolean>> = {
  all: () => true,
  attention: ({ line, condition }) => ATTENTION.includes(condition) || isBroken(line) || line.quarantined > 0,
  running: ({ condition }) => condition === 'running' || condition === 'waiting' || condition === 'starting',
  stale: ({ line }, now) => isStale(line, now),
  quarantined: ({ line }) => line.quarantined > 0,
  off: ({ condition }) => condition === 'paused' || condition === 'stopped',
}

export const isShown = (classified: ClassifiedLine, show: Show, now: Date): boolean => SHOWN[show](classified, now)

/** Whether a source matches what is searched for. */
export const matcherOf = (filter: Pick<SourceFilter, 'q' | 'connector' | 'reason'>): ((classified: ClassifiedLine) => boolean) => {
  const { wanted, unwanted } = parseTerms(filter.q)
  return ({ text, line, condition }) =>
    (filter.reason === '' || causeOf(line, condition) === filter.reason) &&
    (filter.connector === '' || line.connector === filter.connector) &&
    wanted.every((word) => text.includes(word)) &&
    !unwanted.some((word) => text.includes(word))
}

const byName = (a: ClassifiedLine, b: ClassifiedLine): number => (a.name < b.name ? -1 : 1)
const byReason = (a: ClassifiedLine, b: ClassifiedLine): number =>
  a.condition === 'broken' && b.condition === 'broken' ? (a.line.reason ?? '~').localeCompare(b.line.reason ?? '~') : 0
const moment = (at: string | null): number => (at === null ? Number.POSITIVE_INFINITY : Date.parse(at))
const RANKS = Object.fromEntries(CONDITIONS.map((condition, rank) => [condition, rank])) as Readonly<Record<Condition, number>>
const rank = (classified: ClassifiedLine): number => RANKS[classified.condition]

const ORDERS: Readonly<Record<Sort, (a: ClassifiedLine, b: ClassifiedLine) => number>> = {
  // What is broken for the same reason stands together: it is repaired together.
  worst: (a, b) => rank(a) - rank(b) || byReason(a, b) || b.line.quarantined - a.line.quarantined,
  name: byName,
  '-name': (a, b) => byName(b, a),
  success: (a, b) => moment(a.line.lastSuccessAt) - moment(b.line.lastSuccessAt),
  '-success': (a, b) => (b.line.lastSuccessAt ?? '').localeCompare(a.line.lastSuccessAt ?? ''),
  next: (a, b) => moment(a.line.nextRunAt) - moment(b.line.nextRunAt),
  quarantined: (a, b) => b.line.quarantined - a.line.quarantined,
}

export const sortSources = (lines: readonly ClassifiedLine[], sort: Sort): readonly ClassifiedLine[] =>
  lines.toSorted((a, b) => ORDERS[sort](a, b) || byName(a, b))

/** What sources need somebody for, and how many for each cause, the most frequent first. */
export const countCauses = (lines: readonly ClassifiedLine[]): readonly (readonly [cause: string, count: number])[] => {
  const counts = new Map<string, number>()
  for (const { line, condition } of lines) {
    const cause = causeOf(line, condition)
    if (cause !== null) counts.set(cause, (counts.get(cause) ?? 0) + 1)
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
}

export interface CauseGroup {
  readonly cause: string
  /** At least one, in the order given. */
  readonly members: readonly [ClassifiedLine, ...ClassifiedLine[]]
}

/** Sources that need somebody for the same cause together; what is worst comes first, then what concerns most. */
export const groupByCause = (lines: readonly ClassifiedLine[]): readonly CauseGroup[] => {
  const groups = new Map<string, [ClassifiedLine, ...ClassifiedLine[]]>()
  for (const each of lines) {
    const cause = causeOf(each.line, each.condition)
    if (cause === null) continue
    const members = groups.get(cause)
    if (members === undefined) groups.set(cause, [each])
    else members.push(each)
  }
  return [...groups]
    .map(([cause, members]) => ({ cause, members }))
    .sort((a, b) => rank(a.members[0]) - rank(b.members[0]) || b.members.length - a.members.length || a.cause.localeCompare(b.cause))
}
