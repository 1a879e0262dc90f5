import { Failure, type JsonValue, toFailure } from '@inlet/connector-sdk'
import { toExactNumber } from './json-number.js'

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
