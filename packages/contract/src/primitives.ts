import { findInvisible } from '@inlet/domain'
import { z } from 'zod'

export { moment } from '@inlet/domain'

/** A time in a response, ISO 8601 in UTC. Times from callers are a `moment`. */
export const timestamp = z.iso.datetime({ offset: true }).meta({ description: 'A time in ISO 8601.' })

/** Text without NUL, which the store cannot hold. */
export const plainText = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !text.includes('\0') && text.isWellFormed(), 'must not hold NUL characters or half surrogate pairs')

/** Refines a schema for text that people read and distinguish, such as names: no invisible or direction-changing characters. */
export const visible = <T extends z.ZodString>(schema: T): T =>
  schema.superRefine((text, context) => {
    const found = findInvisible(text)
    if (found !== null) context.addIssue({ code: 'custom', message: `must not hold invisible or direction-changing characters such as ${found}` })
  })

/** A reference to a source in an address: its UUID or its slug. */
export const sourceRef = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .meta({ description: 'The id (UUID) or slug of a source.', example: 'my-feed' })

export const uuid = z.uuid()

/** Accompanies the `sourceId` of a response, where nothing else names the source: ids are for programs. */
export const slugOfSource = z.string().meta({ description: 'The slug of the source.' })

/** Accompanies the `actor` of a response: ids are for programs. */
export const actorName = z.string().nullable().meta({ description: 'The name of the API key that acted. Null for other actors.' })

const DURATION = /^(\d{1,7})(s|m|h|d)$/
const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const
/** Ten years: anything longer is a mistake, and would not fit into the store. */
const MAX_SECONDS = 315_360_000

/** Returns the seconds of a duration such as `90s`, `15m`, `24h`, `7d`; null when it is not one, is zero or is over ten years. */
export const durationSeconds = (text: string): number | null => {
  const match = DURATION.exec(text)
  if (match === null) return null
  const seconds = Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS]
  return seconds > 0 && seconds <= MAX_SECONDS ? seconds : null
}

/** Formats a duration in its largest whole unit: 900 → `15m`. */
export const toDuration = (seconds: number): string => {
  for (const unit of ['d', 'h', 'm'] as const) if (seconds % UNIT_SECONDS[unit] === 0) return `${seconds / UNIT_SECONDS[unit]}${unit}`
  return `${seconds}s`
}

/** A length of time such as `90s`, `15m`, `24h`, `7d`. */
export const duration = z
  .string()
  .refine((text) => durationSeconds(text) !== null, 'must be a length of time such as 90s, 15m, 24h or 7d')
  .meta({ description: 'A duration: a whole number followed by `s`, `m`, `h` or `d`.', example: '15m' })

interface QueryIntOptions {
  readonly min: number
  readonly max: number
  readonly description: string
}

const wholeNumber = ({ min, max }: QueryIntOptions) => {
  const rule = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,15}$/, rule)
    .transform(Number)
    .refine((value) => value >= min && value <= max, rule)
}

const integerMeta = ({ min, max, description }: QueryIntOptions) => ({ type: 'integer' as const, minimum: min, maximum: max, description })

/** An optional whole number in a query string. */
export const optionalQueryInt = (options: QueryIntOptions) => wholeNumber(options).optional().meta(integerMeta(options))

/** A whole number in a query string with a default. */
export const queryInt = (options: QueryIntOptions & { readonly default: number }) =>
  wholeNumber(options)
    .optional()
    .transform((value) => value ?? options.default)
    .meta({ ...integerMeta(options), default: options.default })

/** `true` or `false` in a query string. */
export const queryFlag = (description: string, usual = false) =>
  z
    .enum(['true', 'false'])
    .optional()
    .transform((value) => (value === undefined ? usual : value === 'true'))
    .meta({ type: 'boolean', description, ...(usual ? { default: true } : {}) })

/** A repeatable parameter. */
export const queryList = <T extends z.ZodType<string, string>>(item: T, options: { readonly max: number; readonly description: string }) =>
  z
    .union([item.transform((value) => [value]), z.array(item).max(options.max)])
    .optional()
    .transform((value): z.output<T>[] => value ?? [])
    .meta({ type: 'array', items: { type: 'string' }, maxItems: options.max, description: options.description })

export const MAX_PAGE = 200

/** The parameters of every list. */
export const pageQuery = {
  limit: queryInt({ min: 1, max: MAX_PAGE, default: 50, description: 'Maximum number of items.' }),
  cursor: z.string().min(1).max(2_000).optional().meta({ description: '`nextCursor` of the previous page, unchanged.' }),
} as const

/** A page of a list. */
export const pageOf = <T extends z.ZodType>(item: T, id: string) =>
  z
    .strictObject({
      items: z.array(item),
      nextCursor: z.string().nullable().meta({ description: 'Pass it as `cursor` to get the next page. Null on the last page.' }),
    })
    .meta({ id, description: 'One page of a list.' })

/** The same type, readonly at every level. */
export type Frozen<T> = T extends readonly (infer E)[] ? readonly Frozen<E>[] : T extends object ? { readonly [P in keyof T]: Frozen<T[P]> } : T
