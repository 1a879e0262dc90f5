import { Failure } from '../errors/failure.js'

/** The five fields of a cron expression, as the values they allow. */
export interface Cron {
  /** The expression with single spaces between its fields. */
  readonly text: string
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly daysOfMonth: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>
  /** Both day fields are restricted: as in every cron since 1987, a day then need match only one of them. */
  readonly eitherDay: boolean
}

interface Range {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const RANGES: readonly Range[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { name: 'day of week', min: 0, max: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]
const LONGEST_CRON = 1_000

/** Parses minute, hour, day of month, month and day of week: `*`, values, names, ranges, steps and lists. Throws INVALID_CRON with what is wrong. */
export const parseCron = (text: string): Cron => {
  if (text.length > LONGEST_CRON) throw invalidCron(`a cron expression has at most ${LONGEST_CRON} characters`)
  const foreign = /[^\x20-\x7e]/u.exec(text)?.[0]
  if (foreign !== undefined)
    throw invalidCron(`${nameCharacter(foreign)} is not allowed: cron expressions are written with ASCII characters and spaces`)
  const fields = text.split(' ').filter((field) => field !== '')
  if (fields.length !== RANGES.length)
    throw invalidCron(`"${text.slice(0, 60)}" has ${count(fields.length)}; it needs five: minute, hour, day of month, month, day of week`)
  const [minutes, hours, daysOfMonth, months, daysOfWeek] = RANGES.map((range, index) => parseField(fields[index] ?? '', range))
  return {
    text: fields.join(' '),
    minutes: sorted(minutes),
    hours: sorted(hours),
    daysOfMonth: new Set(daysOfMonth),
    months: new Set(months),
    daysOfWeek: new Set(daysOfWeek?.map((day) => day % 7)),
    eitherDay: fields[2] !== '*' && fields[4] !== '*',
  }
}

const count = (fields: number): string => (fields === 0 ? 'no fields' : fields === 1 ? 'one field' : `${fields} fields`)

const nameCharacter = (character: string): string => {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `"${character}" (${code})` : `the character ${code}`
}

const sorted = (values: readonly number[] | undefined): readonly number[] => [...new Set(values)].sort((a, b) => a - b)

const parseField = (field: string, range: Range): readonly number[] => field.split(',').flatMap((part) => parsePart(part, range))

const parsePart = (part: string, range: Range): readonly number[] => {
  const match = /^(?:\*|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/i.exec(part)
  if (match === null) throw invalidCron(part === '' ? `a value is missing for ${range.name}` : `"${part}" is not allowed for ${range.name}`)
  const [, from, to, step] = match
  const low = from === undefined ? range.min : toNumber(from, range)
  const high = to !== undefined ? toNumber(to, range) : from === undefined || step !== undefined ? range.max : low
  if (low > high) throw invalidCron(`"${part}" runs backwards`)
  if (step !== undefined && (Number(step) < 1 || Number(step) > range.max)) throw invalidCron(`step ${step} is not allowed for ${range.name}`)
  const values: number[] = []
  for (let value = low; value <= high; value += Number(step ?? 1)) values.push(value)
  return values
}

const toNumber = (text: string, range: Range): number => {
  const named = range.names?.indexOf(text.toLowerCase()) ?? -1
  const value = named >= 0 ? named + (range.name === 'month' ? 1 : 0) : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= range.min && value <= range.max)) throw invalidCron(`"${text}" is not a ${range.name}`)
  return value
}

const invalidCron = (message: string): Failure => new Failure('INVALID_CRON', message, { field: 'schedule.cron' })

const LONGEST_MONTHS: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether any day matches at all: 31 February never does. */
export const everFires = (cron: Cron): boolean =>
  cron.eitherDay || [...cron.months].some((month) => [...cron.daysOfMonth].some((day) => day <= (LONGEST_MONTHS[month - 1] ?? 0)))

/** Whether a calendar day matches, given as days since 1970-01-01. */
export const matchesDay = (cron: Cron, day: number): boolean => {
  const date = new Date(day * 86_400_000)
  if (!cron.months.has(date.getUTCMonth() + 1)) return false
  const ofMonth = cron.daysOfMonth.has(date.getUTCDate())
  const ofWeek = cron.daysOfWeek.has(date.getUTCDay())
  return cron.eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek
}
