import { Failure, JsonNumber, type JsonValue, toFailure } from '@inlet/connector-sdk'

/** Parses a JSON number without loss: a bigint beyond 2^53, its digits where a double would round. Throws NUMBER_NOT_STORABLE beyond 1e308. */
export const toExactNumber = (text: string): number | bigint | JsonNumber => {
  const value = Number(text)
  if (text.length <= 15) {
    if (!Number.isFinite(value)) throw tooLarge(text)
    return value
  }
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(value) ? value : BigInt(text)
  if (!Number.isFinite(value)) throw tooLarge(text)
  return String(value) === text ? value : new JsonNumber(text)
}

const tooLarge = (text: string): Failure => new Failure('NUMBER_NOT_STORABLE', `${text.slice(0, 40)} is outside the range of numbers`)

/** Whether a JSON text may contain a number that `JSON.parse` would round: 16 digits or an exponent. Strings can cause false alarms. */
export const mayLoseDigits = (json: string): boolean => /[\d.]{16}|\d[eE][+-]?\d/.test(json)

const MAX_DEPTH = 200

type Container = { readonly list: JsonValue[] } | { readonly members: Record<string, JsonValue>; key: string }

/** Assembles one JSON value from its parts. */
export interface JsonBuilder {
  open(kind: 'list' | 'object'): void
  key(name: string): void
  number(text: string): void
  scalar(value: string | boolean | null): void
  close(): void
  /** Whether the value is complete. */
  complete(): boolean
  value(): JsonValue
  /** Gives up on the value: from here on only its levels are counted. The first failure stays. */
  fail(problem: Failure): void
  readonly problem: Failure | undefined
}

/** Holds at most 200 levels; numbers stay exact; __proto__ is a member like any other. */
export const createJsonBuilder = (): JsonBuilder => {
  const stack: Container[] = []
  let depth = 0
  let result: JsonValue = null
  let started = false
  let problem: Failure | undefined

  const fail = (failure: Failure): void => {
    problem ??= failure
    stack.length = 0
  }

  const add = (value: JsonValue): void => {
    started = true
    if (problem !== undefined) return
    const top = stack.at(-1)
    if (top === undefined) result = value
    else if ('list' in top) top.list.push(value)
    else if (top.key === '__proto__') Object.defineProperty(top.members, top.key, { value, enumerable: true, writable: true, configurable: true })
    else top.members[top.key] = value
  }

  return {
    open(kind) {
      started = true
      depth++
      if (depth > MAX_DEPTH) fail(new Failure('RECORD_INVALID', `has more than ${MAX_DEPTH} levels of nesting`))
      if (problem !== undefined) return
      stack.push(kind === 'list' ? { list: [] } : { members: {}, key: '' })
    },
    key(name) {
      const top = stack.at(-1)
      if (top !== undefined && 'members' in top) top.key = name
    },
    number(text) {
      try {
        add(toExactNumber(text))
      } catch (thrown) {
        started = true
        fail(toFailure(thrown))
      }
    },
    scalar: add,
    close() {
      depth--
      if (problem !== undefined) return
      const top = stack.pop()
      if (top !== undefined) add('list' in top ? top.list : top.members)
    },
    fail,
    complete: () => started && depth === 0,
    value: () => result,
    get problem() {
      return problem
    },
  }
}
