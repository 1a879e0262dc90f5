import { Failure, type JsonValue } from '@inlet/connector-sdk'
import { jsonParser, type Token } from 'stream-json/core/parser.js'
import { createJsonBuilder, type JsonBuilder } from './json-builder.js'
import type { RowFailure } from './row-event.js'

/** A value, or why it cannot be one. The size is counted in characters. */
export type Found = { readonly value: JsonValue; readonly size: number } | { readonly failure: RowFailure }

export interface JsonReaderOptions {
  /** Member names down to the wanted value; empty for the whole text. */
  readonly path: readonly string[]
  /** Whether the items of a list found there are emitted one by one. */
  readonly each: boolean
  readonly maxChars: number
  readonly emit: (found: Found) => void
}

/** An open list or object outside the records. `matched` counts the path segments that lead here; -1 off the path. */
interface Level {
  readonly items: boolean
  readonly matched: number
  key: string
}

const MAX_LEVELS = 1000
const MAX_KEY_CHARS = 10_000

/**
 * Reads JSON text in pieces and emits the values at a path; holds at most one of them, and nothing of one that is too large.
 * Throws FILE_UNREADABLE when it is not JSON or ends too early, RECORDS_PATH_NOT_FOUND when the path leads nowhere.
 */
export const createJsonReader = (options: JsonReaderOptions): { push(text: string): void; end(): void } => {
  const { path, each, maxChars, emit } = options
  const parse = jsonParser({ packValues: false, streamValues: true })
  const levels: Level[] = []
  let builder: JsonBuilder | undefined
  let size = 0
  let text = ''
  let found = false
  let rootDone = false

  /** Returns how many path segments lead to the value that starts now; null off the path. */
  const matchedHere = (): number | null => {
    const top = levels.at(-1)
    if (top === undefined) return 0
    return top.matched >= 0 && !top.items && path[top.matched] === top.key ? top.matched + 1 : null
  }

  /** Decides whether the value that starts now is wanted, and opens a level if it only leads there. */
  const begin = (kind: 'list' | 'object' | 'scalar'): void => {
    if (builder !== undefined) return
    const matched = matchedHere()
    const target = matched === path.length
    if (target) found = true
    const isList = target && each && kind === 'list'
    if ((target && !isList) || levels.at(-1)?.items === true) {
      builder = createJsonBuilder()
      size = 0
    } else if (kind !== 'scalar') {
      if (levels.length >= MAX_LEVELS) throw new Failure('FILE_UNREADABLE', `more than ${MAX_LEVELS} levels of nesting`)
      levels.push({ items: isList, matched: kind === 'object' && matched !== null && !target ? matched : -1, key: '' })
    }
  }

  const finish = (): void => {
    if (builder === undefined) {
      if (levels.length === 0) rootDone = true
      return
    }
    if (!builder.complete()) return
    const { problem } = builder
    if (problem !== undefined) emit({ failure: { reason: problem.reason, message: problem.message } })
    else emit({ value: builder.value(), size })
    builder = undefined
    if (levels.length === 0) rootDone = true
  }

  /** Adds to the size and returns whether there is still room; of a record beyond the limit nothing is kept. */
  const grow = (by: number): boolean => {
    size += by
    if (size > maxChars) builder?.fail(new Failure('RECORD_TOO_LARGE', `has more than ${maxChars} bytes`))
    return size <= maxChars
  }

  const open = (kind: 'list' | 'object'): void => {
    begin(kind)
    if (builder === undefined) return
    grow(2)
    builder.open(kind)
  }

  const close = (): void => {
    if (builder === undefined) levels.pop()
    else builder.close()
    finish()
  }

  const addText = (chunk: string): void => {
    const room = builder === undefined ? text.length < MAX_KEY_CHARS : grow(chunk.length)
    if (room) text += chunk
  }

  const scalar = (length: number, put: (to: JsonBuilder) => void): void => {
    if (builder !== undefined && grow(length)) put(builder)
    else builder?.scalar(null)
    finish()
  }

  const take = (token: Token): void => {
    switch (token.name) {
      case 'startObject':
        return open('object')
      case 'startArray':
        return open('list')
      case 'endObject':
      case 'endArray':
        return close()
      case 'startString':
      case 'startNumber':
        begin('scalar')
        text = ''
        return
      case 'startKey':
        text = ''
        return
      case 'stringChunk':
      case 'numberChunk':
        return addText(token.value)
      case 'endKey': {
        const top = levels.at(-1)
        if (builder !== undefined) builder.key(text)
        else if (top !== undefined) top.key = text
        return
      }
      case 'endString':
        return scalar(3, (to) => to.scalar(text))
      case 'endNumber':
        return scalar(1, (to) => to.number(text))
      case 'nullValue':
      case 'trueValue':
      case 'falseValue':
        begin('scalar')
        return scalar(5, (to) => to.scalar(token.value))
    }
  }

  const push = (piece: string): void => {
    let tokens: readonly Token[]
    try {
      const parsed = parse(piece)
      tokens = typeof parsed === 'object' && 'values' in parsed ? parsed.values : []
    } catch (thrown) {
      throw new Failure('FILE_UNREADABLE', 'the content is not valid JSON', { cause: thrown })
    }
    for (const token of tokens) take(token)
  }

  const end = (): void => {
    // White space closes a number or literal that ends the text.
    push('\n')
    if (!rootDone) throw new Failure('FILE_UNREADABLE', 'the JSON text ends before it is complete')
    if (!found) throw new Failure('RECORDS_PATH_NOT_FOUND', `there is nothing at ${path.join('.')}`)
  }

  return { push, end }
}
