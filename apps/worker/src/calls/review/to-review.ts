import type { CallAnswer } from '@inlet/contract'
import { type Failure, type FieldChange, RECORD_CHANGES, type RecordChange, type SampleComparison } from '@inlet/domain'

const MAX_CHANGES = 20
const MAX_FIELDS = 20
const MAX_TEXT = 500

export interface BrokenExample {
  readonly name: string
  readonly stream: string
  readonly message: string
}

export interface ReviewFacts {
  readonly comparison: SampleComparison
  readonly records: number
  readonly kept: boolean
  readonly liveFailure: Failure | null
  readonly examples: number
  readonly broken: readonly BrokenExample[]
  readonly warnings: readonly { readonly code: string; readonly message: string }[]
}

/** Builds the answer of a review: counts of everything, samples of the most serious changes. Pure. */
export const toReview = ({ comparison, records, kept, liveFailure, examples, broken, warnings }: ReviewFacts): CallAnswer<'review'> => ({
  records,
  source: kept ? 'kept' : 'read',
  liveFailure: liveFailure === null ? null : { reason: liveFailure.reason, message: liveFailure.message, next: liveFailure.next },
  counts: {
    unchanged: comparison.unchanged,
    notCompared: comparison.notCompared,
    ...countByKind(comparison.changes),
  },
  changes: pickSamples(comparison.changes).map(shorten),
  examples: { total: examples, broken: broken.map(({ name, stream, message }) => ({ name, stream, message: message.slice(0, MAX_TEXT) })) },
  warnings: warnings.map(({ code, message }) => ({ code, message })),
})

const countByKind = (changes: readonly RecordChange[]): Readonly<Record<RecordChange['kind'], number>> => {
  const counts = { keyChanged: 0, rejected: 0, removed: 0, changed: 0, added: 0 }
  for (const { kind } of changes) counts[kind] += 1
  return counts
}

/** Picks some of every kind before more of one; most serious first. */
const pickSamples = (changes: readonly RecordChange[]): readonly RecordChange[] => {
  const share = Math.floor(MAX_CHANGES / RECORD_CHANGES.length)
  const some = new Set(RECORD_CHANGES.flatMap((kind) => changes.filter((change) => change.kind === kind).slice(0, share)))
  const more = changes.filter((change) => !some.has(change)).slice(0, MAX_CHANGES - some.size)
  return changes.filter((change) => some.has(change) || more.includes(change))
}

const shorten = (change: RecordChange): RecordChange => ({
  ...change,
  ...(change.message === undefined ? {} : { message: change.message.slice(0, MAX_TEXT) }),
  ...(change.fields === undefined ? {} : { fields: change.fields.slice(0, MAX_FIELDS).map(shortenField) }),
})

const shortenField = ({ path, ...values }: FieldChange): FieldChange => ({
  path,
  ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shortenValue(value)])),
})

const shortenValue = (value: unknown): unknown => {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT).toWellFormed()}…` : value
  const text = JSON.stringify(value)
  return text !== undefined && text.length > 4 * MAX_TEXT ? `${text.slice(0, MAX_TEXT).toWellFormed()}…` : value
}
