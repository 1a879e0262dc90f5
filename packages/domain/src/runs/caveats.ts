import { REASONS, type Reason } from '../errors/reasons.js'
import { toStorableText } from '../identity/canonical-json.js'

interface CaveatRule {
  /** What is counted, in the plural. */
  readonly subject: string
  /** What is wrong with them, to follow "3 of 20 documents". */
  readonly says: string
  /** A run is `partial` above this share of what was looked at; 1: never. */
  readonly partialAbove: number
  /** ... and from at least this many; default 1. */
  readonly least?: number
}

/**
 * Everything that reading may guess, leave out or read in part without failing. A heuristic that can lose content is reported as one of these; a run
 * keeps counts and examples, and whether that makes it `partial` is decided here and nowhere else. Each is a {@link Reason}.
 */
export const CAVEATS = {
  DOCUMENT_WITHOUT_TEXT: { subject: 'documents', says: 'have no text', partialAbove: 0.2 },
  TEXT_UNREADABLE: { subject: 'documents', says: 'show text that cannot be extracted', partialAbove: 0.05 },
  BOILERPLATE_KEPT: { subject: 'pages', says: 'were stored with their navigation, because little else was left without it', partialAbove: 1 },
  CANONICAL_IGNORED: { subject: 'pages', says: 'name a canonical address with different content, and were stored', partialAbove: 1 },
  CANONICAL_ELSEWHERE: { subject: 'pages', says: 'were skipped in favor of the address they name as canonical', partialAbove: 0.5, least: 10 },
  LINKS_NOT_FOLLOWED: { subject: 'links', says: 'were not followed', partialAbove: 0.5, least: 10 },
  LOGIN_REQUIRED: { subject: 'addresses', says: 'lead to a login page instead of content', partialAbove: 0.5, least: 3 },
  MASS_DELETE_REFUSED: { subject: 'files', says: 'lost most of their rows, which are kept until the deletion is confirmed', partialAbove: 0 },
  READ_IN_PART: { subject: 'documents', says: 'were read only in part', partialAbove: 0 },
  ENCODING_GUESSED: { subject: 'documents', says: 'do not declare their encoding, so it was guessed', partialAbove: 1 },
  ENCODING_DOUBTFUL: { subject: 'documents', says: 'have an encoding that is hard to guess', partialAbove: 0.05 },
  BYTES_UNDECODABLE: { subject: 'documents', says: 'have bytes that do not fit their encoding', partialAbove: 0.05 },
  KEY_REPEATED: { subject: 'records', says: 'have the key of another record of the same read, which they replaced', partialAbove: 0.01 },
  LAYOUT_GUESSED: { subject: 'tables', says: 'were read with a guessed layout', partialAbove: 1 },
} as const satisfies Partial<Record<Reason, CaveatRule>>

export type CaveatKind = keyof typeof CAVEATS

/** One report of a kind. Counts are those of the report, not totals. */
export interface Caveat {
  readonly kind: CaveatKind
  /** How many it concerns; default 1. 0 reports things that were looked at and found to be in order. */
  readonly count?: number
  /** How many were looked at; default: `count`, and at least 1. */
  readonly of?: number
  /** Which one and why, in readable form. */
  readonly example?: string
}

export interface CaveatCount {
  readonly count: number
  readonly of: number
  readonly examples: readonly string[]
}

/** What a run reports about its content, by kind. */
export type CaveatTally = Readonly<Partial<Record<CaveatKind, CaveatCount>>>

export interface RunWarning {
  readonly reason: Reason
  readonly message: string
}

export const MAX_CAVEAT_EXAMPLES = 5
const MAX_EXAMPLE_CHARS = 300

/** Adds reports to a tally; the first examples of each kind are kept. Pure. */
export const addCaveats = (tally: CaveatTally, caveats: readonly Caveat[]): CaveatTally => {
  const sums: Partial<Record<CaveatKind, CaveatCount>> = { ...tally }
  for (const { kind, count = 1, of = Math.max(count, 1), example } of caveats) {
    const before = sums[kind] ?? { count: 0, of: 0, examples: [] }
    const shown = example === undefined ? undefined : toStorableText(example.slice(0, MAX_EXAMPLE_CHARS))
    const isNew = shown !== undefined && before.examples.length < MAX_CAVEAT_EXAMPLES && !before.examples.includes(shown)
    const examples = isNew ? [...before.examples, shown] : before.examples
    sums[kind] = { count: before.count + count, of: before.of + of, examples }
  }
  return sums
}

/** Converts a tally back to reports, for callers that add up before they report. Pure. */
export const toCaveats = (tally: CaveatTally): readonly Caveat[] =>
  (Object.keys(CAVEATS) as CaveatKind[]).flatMap((kind) => {
    const { count = 0, of = 0, examples = [] } = tally[kind] ?? {}
    if (of === 0) return []
    const [first, ...others] = examples
    return [
      { kind, count, of, ...(first === undefined ? {} : { example: first }) },
      ...others.map((example): Caveat => ({ kind, count: 0, of: 0, example })),
    ]
  })

/** Returns the kinds with a count above zero, in table order. */
export const caveatKinds = (tally: CaveatTally): readonly CaveatKind[] =>
  (Object.keys(CAVEATS) as CaveatKind[]).filter((kind) => (tally[kind]?.count ?? 0) > 0)

/** Describes a caveat: "3 of 20 documents have no text: scan.pdf; …". Pure. */
export const describeCaveat = (kind: CaveatKind, { count, of, examples }: CaveatCount): string => {
  const { subject, says } = CAVEATS[kind]
  return `${count} of ${of} ${subject} ${says}${examples.length === 0 ? '' : `: ${examples.join('; ')}`}`
}

/** Returns what to do about a kind. */
export const caveatStep = (kind: CaveatKind): string => REASONS[kind].next

/** Returns the warnings that make a run `partial`: kinds above their accepted share. Pure. */
export const warningsOf = (tally: CaveatTally): readonly RunWarning[] =>
  caveatKinds(tally).flatMap((kind) => {
    const counted = tally[kind]
    const rule: CaveatRule = CAVEATS[kind]
    if (counted === undefined || rule.partialAbove >= 1 || counted.count < (rule.least ?? 1)) return []
    return counted.count > counted.of * rule.partialAbove ? [{ reason: kind, message: describeCaveat(kind, counted) }] : []
  })
