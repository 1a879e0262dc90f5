import type { SourceRecord } from '@inlet/domain'
import { isSecretName } from '@inlet/observability'

/** A common mapping mistake that causes no failure. */
export interface Mistake {
  readonly code: 'TEXT_NOT_PROSE' | 'TITLES_EQUAL' | 'DATA_EMPTY' | 'SECRET_STORED' | 'TIME_IMPLAUSIBLE' | 'KEY_VOLATILE'
  readonly message: string
}

/** How a value that is not text looks when it is converted to text unchecked. */
const NOT_PROSE = /\[object \w+\]|^(undefined|null|NaN|\{\}|\[\])$/
/** Fewer may be equal by chance. */
const ENOUGH = 3
/** Current times in seconds, taken for milliseconds, fall in January 1970. */
const SECONDS_AS_MS = 3_000_000_000
const LATEST_AHEAD_MS = 5 * 365 * 86_400_000

/** Finds what looks wrong about records as they would be stored, compared with the raw records they were made from. `now` is in ms. Pure. */
export const findMistakes = (raw: readonly SourceRecord[], stored: readonly SourceRecord[], now: number): readonly Mistake[] => {
  const found: [Mistake['code'], string | null][] = [
    ['TEXT_NOT_PROSE', firstOf(stored.flatMap(proseOf))],
    ['TITLES_EQUAL', equalTitle(stored)],
    ['DATA_EMPTY', stored.length > 0 && stored.every(isEmpty) && !raw.every(isEmpty) ? 'no record keeps any of its data' : null],
    ['SECRET_STORED', firstOf(stored.flatMap(({ data }) => secretsIn(data, 'data', 0)))],
    ['TIME_IMPLAUSIBLE', firstOf(stored.flatMap((record) => timeOf(record, now)))],
    ['KEY_VOLATILE', firstOf(stored.flatMap((record) => keyOf(record, now)))],
  ]
  return found.flatMap(([code, message]) => (message === null ? [] : [{ code, message }]))
}

const firstOf = (messages: readonly string[]): string | null => messages[0] ?? null

const proseOf = ({ title, text }: SourceRecord): readonly string[] =>
  Object.entries({ title, text })
    .filter(([, value]) => value !== undefined && NOT_PROSE.test(value))
    .map(([name, value]) => `the ${name} of a record holds ${JSON.stringify(String(value).slice(0, 40))}: a value was joined to text that is none`)

const equalTitle = (stored: readonly SourceRecord[]): string | null => {
  const [first] = stored
  const equal = first?.title !== undefined && stored.length >= ENOUGH && stored.every(({ title }) => title === first.title)
  return equal ? `all ${stored.length} records have the same title, so that hits cannot be distinguished` : null
}

const isEmpty = ({ data }: SourceRecord): boolean => typeof data !== 'object' || data === null || Object.keys(data).length === 0

/** Reports members whose names look like secrets and that have a value. */
const secretsIn = (value: unknown, path: string, depth: number): readonly string[] => {
  if (typeof value !== 'object' || value === null || depth > 5) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'string' && inner.length >= 6 && isSecretName(name)
      ? [`${path}.${name} looks like a secret; it would be stored in clear and shown to every reader`]
      : secretsIn(inner, `${path}.${name}`, depth + 1),
  )
}

const timeOf = ({ occurredAt }: SourceRecord, now: number): readonly string[] => {
  if (occurredAt === undefined) return []
  const at = new Date(occurredAt).getTime()
  const wrong = Number.isFinite(at) && ((at >= 0 && at < SECONDS_AS_MS) || at > now + LATEST_AHEAD_MS)
  return wrong ? [`occurredAt ${new Date(at).toISOString()} is hardly meant: seconds may be taken for milliseconds, or the other way round`] : []
}

/** A key that contains the current time changes with every read. */
const keyOf = ({ key }: SourceRecord, now: number): readonly string[] => {
  const parts = (Array.isArray(key) ? key : [key]).map(String)
  const volatile = parts.some((part) => Math.abs(momentIn(part) - now) < 60_000)
  return volatile ? ['the key holds the present time: at each reading records would get new keys and be stored again'] : []
}

const momentIn = (part: string): number => {
  const millis = /(?<!\d)\d{13}(?!\d)/.exec(part)?.[0]
  return millis === undefined ? Date.parse(/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)/.exec(part)?.[0] ?? '') : Number(millis)
}
