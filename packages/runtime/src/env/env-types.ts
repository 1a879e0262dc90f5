import { z } from 'zod'

interface KeyOptions<T> {
  /** Purpose and unit, for error messages and `.env.example`. */
  readonly describe: string
  /** Used when the key is absent or empty; without it the key is required. */
  readonly default?: T
}

type EnvKey<T> = z.ZodType<T, string | undefined>

const finish = <T>(schema: z.ZodType<T, string>, options: KeyOptions<T>): EnvKey<T> => {
  const fallback = options.default
  const complete: EnvKey<T> = fallback === undefined ? schema : schema.optional().transform((value) => (value === undefined ? fallback : value))
  return complete.describe(options.describe)
}

/** A whole number; durations are whole milliseconds, sizes whole bytes, and the key's name ends in its unit. */
export const envInt = (options: KeyOptions<number> & { readonly min: number; readonly max: number }): EnvKey<number> => {
  const rule = `must be a whole number from ${options.min} to ${options.max}`
  const schema = z
    .string()
    .regex(/^-?\d{1,16}$/u, rule)
    .transform(Number)
    .refine((value) => value >= options.min && value <= options.max, rule)
  return finish(schema, options)
}

const WORDS: Readonly<Record<string, boolean>> = { true: true, '1': true, yes: true, on: true, false: false, '0': false, no: false, off: false }

/** true, 1, yes, on or false, 0, no, off, in any case. */
export const envBool = (options: KeyOptions<boolean>): EnvKey<boolean> => {
  const schema = z
    .string()
    .refine((text) => Object.hasOwn(WORDS, text.toLowerCase()), 'must be true or false')
    .transform((text) => WORDS[text.toLowerCase()] === true)
  return finish(schema, options)
}

/** A comma-separated list; items are trimmed, empty ones left out. */
export const envList = (options: KeyOptions<readonly string[]>): EnvKey<readonly string[]> =>
  finish(
    z.string().transform((text): readonly string[] =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    ),
    options,
  )

const PROGRAM = /^([\w.-]{1,100})=(\/\S*(?:\s+\S+)*)$/u

/**
 * Programs as `name=/path/to/executable arguments`, separated by commas; arguments contain neither blanks nor commas. Maps names to executable and
 * arguments.
 */
export const envPrograms = (options: Pick<KeyOptions<unknown>, 'describe'>): EnvKey<ReadonlyMap<string, readonly string[]>> => {
  const schema = z.string().transform((text, context): ReadonlyMap<string, readonly string[]> => {
    const parts = text.split(',').flatMap((part) => (part.trim() === '' ? [] : [PROGRAM.exec(part.trim())]))
    if (parts.includes(null)) context.addIssue('must be a list of name=/absolute/path arguments, separated by commas')
    const programs = new Map(parts.map((match) => [match?.[1] ?? '', (match?.[2] ?? '').split(/\s+/u)]))
    if (programs.size < parts.length) context.addIssue('must name every program once')
    return programs
  })
  return finish(schema, { ...options, default: new Map() })
}

const schemeOf = (text: string): string => {
  try {
    return new URL(text).protocol.slice(0, -1)
  } catch {
    return ''
  }
}

/** An absolute URL with one of the schemes (without colon), kept as written. */
export const envUrl = (options: KeyOptions<string> & { readonly schemes: readonly string[] }): EnvKey<string> => {
  const rule = `must be a URL that starts with ${options.schemes.map((scheme) => `${scheme}://`).join(' or ')}`
  const fits = (text: string): boolean => options.schemes.includes(schemeOf(text))
  return finish(z.string().refine(fits, rule), options)
}

/** Any non-empty text. */
export const envText = (options: KeyOptions<string>): EnvKey<string> => finish(z.string(), options)

/** One of a list of words. */
export const envChoice = <const W extends string>(words: readonly W[], options: KeyOptions<W>): EnvKey<W> => {
  const isWord = (text: string): text is W => words.some((word) => word === text)
  const schema = z.string().transform((text, context): W => {
    if (isWord(text)) return text
    context.addIssue(`must be one of ${words.join(', ')}`)
    return z.NEVER
  })
  return finish(schema, options)
}
