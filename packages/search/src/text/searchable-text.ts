/** The parts of a record that search can find. */
export interface SearchableText {
  /** Title and key: words here count more. */
  readonly title: string
  readonly text: string
  /** Where the text comes from; `none`: only the key can be found. */
  readonly from: 'text' | 'data' | 'none'
}

export interface SearchableRecord {
  readonly key: string
  readonly title?: string | null | undefined
  readonly text?: string | null | undefined
  readonly data?: unknown
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/u
/** Encoded bytes: no one searches for them. */
const ENCODED = /^[A-Za-z\d+/=_-]+$/u
const LEAST_ENCODED = 200
/** A checksum or a meaningless id: it can be found, but no one reads it. */
const DIGEST = /^[\da-f]{32,128}$/iu
const LEAST_DIGEST = 32
const MAX_DEPTH = 12

export const isDigest = (word: string): boolean => word.length >= LEAST_DIGEST && DIGEST.test(word)

/**
 * A record is found by its title, its text and its key. One without a text is found by the strings and whole numbers in
 * its data, at any depth; times and encoded bytes are left out. What people read comes before numbers, and digests come last.
 */
export const searchableText = ({ key, title, text, data }: SearchableRecord): SearchableText => {
  const heading = [title ?? '', key].filter((part) => part !== '').join('\n')
  if (typeof text === 'string' && text.trim() !== '') return { title: heading, text, from: 'text' }
  const values: Values = { strings: [], numbers: [], digests: [] }
  collectValues(data, values, 0)
  const own = [...values.strings, ...values.numbers, ...values.digests].filter((value) => value !== title && value !== key).join('\n')
  return { title: heading, text: own, from: own !== '' || (title ?? '') !== '' ? 'data' : 'none' }
}

interface Values {
  readonly strings: string[]
  readonly numbers: string[]
  readonly digests: string[]
}

const collectValues = (value: unknown, values: Values, depth: number): void => {
  if (typeof value === 'string') {
    if (value.trim() === '' || MOMENT.test(value) || (value.length >= LEAST_ENCODED && ENCODED.test(value))) return
    if (isDigest(value)) values.digests.push(value)
    else values.strings.push(value)
  } else if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) values.numbers.push(String(value))
  } else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    for (const member of Object.values(value)) collectValues(member, values, depth + 1)
  }
}
