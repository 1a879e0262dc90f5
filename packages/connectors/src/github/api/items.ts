import { Failure, type JsonObject, type JsonValue } from '@inlet/connector-sdk'

/** An object as GitHub sends it. */
export type Item = JsonObject

export const itemsOf = (body: unknown, path: string): readonly Item[] => {
  if (Array.isArray(body) && body.every((one) => isItem(one))) return body
  throw new Failure('UPSTREAM_INVALID', `${path}: the answer is not a list of objects`)
}

export const itemOf = (body: unknown, path: string): Item => {
  if (isItem(body)) return body
  throw new Failure('UPSTREAM_INVALID', `${path}: the answer is not an object`)
}

export const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value)

export const textOf = (item: Item | undefined, field: string): string | undefined => {
  const value = item?.[field]
  return typeof value === 'string' ? value : undefined
}

export const objectOf = (item: Item | undefined, field: string): Item | undefined => {
  const value = item?.[field]
  return isItem(value) ? value : undefined
}

export const listOf = (item: Item | undefined, field: string): readonly JsonValue[] => {
  const value = item?.[field]
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}

/** Returns one text field, such as the login, of each object in a list. */
export const pluck = (item: Item | undefined, field: string, name: string): readonly string[] =>
  listOf(item, field).flatMap((one) => (isItem(one) ? (textOf(one, name) ?? []) : typeof one === 'string' ? one : []))

/** Ids and numbers are positive integers; Number holds every one GitHub has assigned. Throws UPSTREAM_INVALID. */
export const numberOf = (item: Item, field: string): number => {
  const value = Number(item[field])
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new Failure('UPSTREAM_INVALID', `an item has no ${field}`)
}

/** Returns whole seconds since 1970; null if it is no date. */
export const secondsOf = (item: Item, field: string): number | null => {
  const at = Date.parse(textOf(item, field) ?? '')
  return Number.isNaN(at) ? null : Math.floor(at / 1000)
}
