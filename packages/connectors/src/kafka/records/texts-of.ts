import { JsonNumber, type JsonValue } from '@inlet/connector-sdk'

const LONGEST = 150_000

/** The strings of a value, one a line: what full-text search reads of it. Undefined when there are none. */
export const textsOf = (value: JsonValue | undefined): string | undefined => {
  const texts: string[] = []
  let length = 0
  const pending: (JsonValue | undefined)[] = [value]
  while (pending.length > 0 && length < LONGEST) {
    const next = pending.pop()
    if (typeof next === 'string') {
      texts.push(next)
      length += next.length + 1
    } else if (typeof next === 'object' && next !== null && !(next instanceof JsonNumber))
      for (const child of Object.values(next).toReversed()) pending.push(child)
  }
  return texts.length === 0 ? undefined : texts.join('\n').slice(0, LONGEST)
}
