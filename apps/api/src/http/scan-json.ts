import { Failure } from '@inlet/domain'

export interface JsonLimits {
  readonly maxDepth: number
  readonly maxKeys: number
  /** Allows numbers that JavaScript would round, for callers that keep their digits. */
  readonly anyNumbers?: boolean
  /** Allows them within this top-level member only. */
  readonly exactMember?: string | undefined
}

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])
const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y

/** An open object or array, and the scan's position in it. */
interface Frame {
  readonly keys: Set<string> | null
  place: string | number
  expectsKey: boolean
}

/**
 * Scans valid JSON text for what a parser hides: depth, number of keys, duplicate or forbidden keys, numbers that a JavaScript number would change,
 * and NUL characters, which cannot be stored. One pass, no recursion. Throws JSON_TOO_DEEP, JSON_TOO_MANY_KEYS, FORBIDDEN_KEY, DUPLICATE_KEY,
 * VALIDATION_FAILED with the path.
 */
export const scanJson = (text: string, limits: JsonLimits): void => {
  const frames: Frame[] = []
  let keys = 0
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    const top = frames.at(-1)
    if (character === '{' || character === '[') {
      if (frames.length >= limits.maxDepth) throw new Failure('JSON_TOO_DEEP', `the body has more than ${limits.maxDepth} levels`)
      frames.push({ keys: character === '{' ? new Set() : null, place: character === '{' ? '' : 0, expectsKey: character === '{' })
    } else if (character === '}' || character === ']') frames.pop()
    else if (character === ',' && top !== undefined) {
      if (typeof top.place === 'number') top.place += 1
      else top.expectsKey = true
    } else if (character === '"') {
      const end = endOfString(text, i)
      const token = text.slice(i, end + 1)
      if (top?.expectsKey) {
        keys += 1
        if (keys > limits.maxKeys) throw new Failure('JSON_TOO_MANY_KEYS', `the body has more than ${limits.maxKeys} keys`)
        enterKey(top, token, frames)
      }
      refuseNul(token, frames)
      i = end
    } else if (character !== undefined && (character === '-' || (character >= '0' && character <= '9'))) {
      NUMBER.lastIndex = i
      const token = NUMBER.exec(text)?.[0] ?? character
      if (!limits.anyNumbers && !isWithin(frames, limits.exactMember)) checkNumber(token, frames)
      i += token.length - 1
    }
  }
}

const isWithin = ([outermost]: readonly Frame[], member: string | undefined): boolean => member !== undefined && outermost?.place === member

const endOfString = (text: string, start: number): number => {
  for (let i = start + 1; ; i++) {
    if (text[i] === '\\') i += 1
    else if (text[i] === '"' || i >= text.length) return i
  }
}

const refuseNul = (token: string, frames: readonly Frame[]): void => {
  if (token.includes('\\u0000') && String(JSON.parse(token)).includes('\0'))
    throw new Failure('VALIDATION_FAILED', 'the text contains a NUL character', {
      field: pathOf(frames).replaceAll('\0', '\\u0000'),
      next: 'Leave it out.',
    })
}

const enterKey = (frame: Frame, token: string, frames: readonly Frame[]): void => {
  const key = token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1)
  frame.place = key
  frame.expectsKey = false
  const field = pathOf(frames)
  if (FORBIDDEN.has(key)) throw new Failure('FORBIDDEN_KEY', `the key "${key}" is not allowed`, { field })
  if (frame.keys?.has(key)) throw new Failure('DUPLICATE_KEY', `the key "${key.slice(0, 60)}" appears twice in one object`, { field })
  frame.keys?.add(key)
}

const checkNumber = (token: string, frames: readonly Frame[]): void => {
  const value = Number(token)
  const isInteger = !/[.eE]/.test(token)
  if (!Number.isFinite(value) || (isInteger && !Number.isSafeInteger(value)))
    throw new Failure('VALIDATION_FAILED', 'the number is outside the range that is kept exactly (2^53 - 1)', { field: pathOf(frames) })
}

const pathOf = (frames: readonly Frame[]): string =>
  frames
    .map(({ place }) => String(place).slice(0, 60))
    .join('.')
    .slice(0, 500)
