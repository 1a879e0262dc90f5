/** What of a record can be found. */
export interface SearchableText {
  /** Title and key: what stands here counts more. */
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
/** Encoded bytes: nobody searches for them. */
const ENCODED = /^[A-Za-z\d+/=_-]{200,}$/u
const MAX_DEPTH = 12

/**
 * A record is found by its title, its text and its key. One without a text is found by the strings and whole numbers of
 * its data, wherever they stand; moments and encoded bytes are left out.
 */
export const searchableText = ({ key, title, text, data }: SearchableRecord): SearchableText => {
  const heading = [title ?? '', key].filter((part) => part !== '').join('\n')
  if (typeof text === 'string' && text.trim() !== '') return { title: heading, text, from: 'text' }
  const values: string[] = []
  collectValues(data, values, 0)
  const own = values.filter((value) => value !== title && value !== key).join('\n')
  return { title: heading, text: own, from: own !== '' || (title ?? '') !== '' ? 'data' : 'none' }
}

const collectValues = (value: unknown, values: string[], depth: number): void => {
  if (typeof value === 'string') {
    if (value.trim() !== '' && !MOMENT.test(value) && !ENCODED.test(value)) values.push(value)
  } else if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) values.push(String(value))
  } else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    for (const member of Object.values(value)) collectValues(member, values, depth + 1)
  }
}
