import type { z } from 'zod'
import { closeMatch } from './close-match.js'

export interface EnvProblem {
  readonly key: string
  /** The rule that is broken, without the value. */
  readonly rule: string
  /** What the key is for; absent for keys that do not exist. */
  readonly description?: string
}

const line = (problem: EnvProblem): string => `  ${problem.key}: ${problem.rule}${problem.description ? ` (${problem.description})` : ''}`

/** Reports every environment key that cannot be used, all at once. Neither the message nor the problems contain a value. */
export class EnvError extends Error {
  override readonly name = 'EnvError'
  readonly problems: readonly EnvProblem[]

  constructor(problems: readonly EnvProblem[]) {
    const what = problems.length === 1 ? '1 setting cannot be used' : `${problems.length} settings cannot be used`
    super(`${what}:\n${problems.map(line).join('\n')}`)
    this.problems = problems
  }
}

export type Env = Readonly<Record<string, string | undefined>>

export interface ParseEnvOptions {
  /** Keys with this prefix that the schema lacks are problems too. Only for an app's complete schema. */
  readonly ownPrefix?: string
  /** Keys with the prefix that belong to others, e.g. to the other processes of one env file; `X_*` stands for all that start with X_. */
  readonly alsoAllowed?: readonly string[]
}

interface Described {
  readonly description?: string | undefined
  readonly _zod: { readonly def: object }
}

const isDescribed = (value: unknown): value is Described => typeof value === 'object' && value !== null && '_zod' in value

// A wrapper such as .optional() hides the description of the schema inside.
const descriptionOf = (schema: unknown): string | undefined => {
  if (!isDescribed(schema)) return undefined
  if (schema.description) return schema.description
  return 'innerType' in schema._zod.def ? descriptionOf(schema._zod.def.innerType) : undefined
}

const ruleOf = (issue: z.core.$ZodIssue, value: string | undefined): string => {
  if (value === undefined) return 'is required'
  // A message written by a caller may quote the input.
  return issue.message.includes(value) && value.length > 2 ? 'is not valid' : issue.message
}

const allows = (pattern: string, key: string): boolean => (pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern)

const unknownKeys = (known: readonly string[], env: Env, options: ParseEnvOptions): EnvProblem[] => {
  const { ownPrefix, alsoAllowed = [] } = options
  if (ownPrefix === undefined) return []
  const candidates = [...known, ...alsoAllowed.filter((pattern) => !pattern.endsWith('*'))]
  return Object.keys(env)
    .filter((key) => key.startsWith(ownPrefix) && !known.includes(key) && !alsoAllowed.some((pattern) => allows(pattern, key)))
    .map((key) => {
      const near = closeMatch(key, candidates)
      return { key, rule: near === undefined ? 'is not a known setting' : `is not a known setting; did you mean ${near}?` }
    })
}

/**
 * Parses an environment into typed settings. An empty value counts as absent, since env files and compose files write it that way. Throws `EnvError`
 * with every bad key at once, its description and the rule it breaks, never a value.
 */
export const parseEnv = <S extends z.ZodObject>(schema: S, env: Env, options: ParseEnvOptions = {}): z.output<S> => {
  const known = Object.keys(schema.shape)
  const present = Object.fromEntries(known.flatMap((key) => (env[key] ? [[key, env[key]]] : [])))
  const parsed = schema.safeParse(present)
  const broken = new Map<string, EnvProblem>()
  for (const issue of parsed.error?.issues ?? []) {
    const key = String(issue.path[0] ?? 'settings')
    const description = descriptionOf(schema.shape[key])
    // A rule over several keys has no single value to compare its message with.
    const rule = key === 'settings' ? issue.message : ruleOf(issue, env[key] || undefined)
    if (!broken.has(key)) broken.set(key, { key, rule, ...(description === undefined ? {} : { description }) })
  }
  const problems = [...broken.values(), ...unknownKeys(known, env, options)]
  if (problems.length > 0 || !parsed.success) throw new EnvError(problems)
  return parsed.data
}
