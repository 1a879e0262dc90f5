import { isRequired, labelOf, type Schema, type Values } from './schema.js'

/** Secrets that are asked for together: a way to sign in. */
export interface SecretWay {
  readonly name: string
  readonly secrets: readonly string[]
}

export interface SecretLayout {
  /** What the connector or the settings ask for. */
  readonly asked: readonly string[]
  /** Of these, one is chosen. */
  readonly ways: readonly SecretWay[]
  /** Optional beside any way. */
  readonly rest: readonly string[]
  /** The setting that decides which secrets are asked for, while it asks for none. */
  readonly undecided: string | null
}

/** Sorts secrets by when a form asks for them. Without settings (a shared credential), what these would decide is chosen like a way. */
export const layoutOf = (schema: Schema, config?: Values): SecretLayout => {
  const members = Object.entries(schema.properties ?? {})
  const asked: string[] = []
  const rest: string[] = []
  const byWay = new Map<string, string[]>()
  const add = (way: string, name: string): unknown => byWay.set(way, [...(byWay.get(way) ?? []), name])
  for (const [name, member] of members) {
    const when = member['x-when']
    if (when !== undefined && config !== undefined) {
      if (isAskedFor(when, config)) asked.push(name)
    } else if (when !== undefined) for (const value of when.is) add(labelOf(value, {}), name)
    else if (member['x-way'] !== undefined) add(member['x-way'], name)
    else if (isRequired(schema, name) || member.default !== undefined) asked.push(name)
    else rest.push(name)
  }
  const setting = members.flatMap(([, member]) => member['x-when']?.setting.split('.')[0] ?? [])[0]
  const isDecided = config === undefined || setting === undefined || asked.some((name) => schema.properties?.[name]?.['x-when'] !== undefined)
  return { asked, ways: joinEqual(byWay), rest, undecided: isDecided ? null : setting }
}

/** Ways with the same secrets are one. */
const joinEqual = (byWay: ReadonlyMap<string, readonly string[]>): readonly SecretWay[] => {
  const joined = new Map<string, SecretWay>()
  for (const [name, secrets] of byWay) {
    const key = secrets.join()
    const known = joined.get(key)
    joined.set(key, { name: known === undefined ? name : `${known.name} / ${name}`, secrets })
  }
  return [...joined.values()]
}

const isAskedFor = (when: NonNullable<Schema['x-when']>, config: Values): boolean => {
  const value = when.setting
    .split('.')
    .reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? (at as Values)[name] : undefined), config)
  return typeof value === 'string' && when.is.includes(value)
}
