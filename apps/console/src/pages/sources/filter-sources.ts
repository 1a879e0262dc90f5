import type { SourceLine } from '@inlet/contract'
import { CONDITIONS, type Condition, isBroken, isStale, toCondition } from './condition.js'

export const SHOWS = ['all', 'attention', 'running', 'stale', 'quarantined', 'off'] as const
export type Show = (typeof SHOWS)[number]
export const SORTS = ['worst', 'name', '-name', 'success', '-success', 'next', 'quarantined'] as const
export type Sort = (typeof SORTS)[number]

export interface SourceFilter {
  readonly q: string
  readonly show: Show
  readonly connector: string
  /** Broken for this reason. */
  readonly reason: string
  readonly sort: Sort
}

export interface ClassifiedLine {
  readonly line: SourceLine
  readonly condition: Condition
  /** Its name, by which the list is ordered. */
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
  const classified = { line, condition, name: line.name.toLowerCase(), text: before?.text ?? toText(line) }
  known.set(line, classified)
  return classified
}

const toText = (line: SourceLine): string =>
  [
    line.name,
    line.slug,
    line.connector,
    line.reason ?? '',
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
    (filter.reason === '' || (condition === 'broken' && line.reason === filter.reason)) &&
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

/** Why sources are broken and how many are for each reason, the most frequent first. */
export const countReasons = (lines: readonly ClassifiedLine[]): readonly (readonly [reason: string, count: number])[] => {
  const counts = new Map<string, number>()
  for (const { line, condition } of lines)
    if (condition === 'broken' && line.reason !== null) counts.set(line.reason, (counts.get(line.reason) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
}

/** Sources that are broken for the same reason together, each group where its first one stands; all others alone. */
export const groupByReason = (lines: readonly ClassifiedLine[]): readonly (readonly ClassifiedLine[])[] => {
  const groups = new Map<string, ClassifiedLine[]>()
  for (const each of lines) {
    const key = each.condition === 'broken' && each.line.reason !== null ? each.line.reason : `alone ${each.line.id}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [each])
    else group.push(each)
  }
  return [...groups.values()]
}
