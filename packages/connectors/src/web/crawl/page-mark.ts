/** What is remembered of a stored page, as its validator. The names are short because it is stored a million times. */
export interface PageMark {
  /** ETag and Last-Modified as the server sent them. */
  readonly e?: string
  readonly m?: string
  /** Hash of title and text, to recognize the same content elsewhere. */
  readonly c: string
  /** Hash of the whole record. */
  readonly h: string
  /** Depth. */
  readonly d: number
  /** Generation of the crawl that stored it, see `crawl-cursor.ts`. */
  readonly g: number
  /** lastmod in the sitemap. */
  readonly s?: string
  /** Sketch of the text, to compare with pages that name this one as canonical. */
  readonly k?: string
  /** Set if the page had a password field; 2 if it was little more than a login form. */
  readonly p?: 1 | 2
}

const MAX_ETAG = 300
const MAX_DATE = 100

/** At most 800 bytes: an absurdly long ETag is omitted. */
export const formatMark = (mark: PageMark): string => {
  const { e, m, s, ...rest } = mark
  return JSON.stringify({
    ...rest,
    ...(isShort(e, MAX_ETAG) ? { e } : {}),
    ...(isShort(m, MAX_DATE) ? { m } : {}),
    ...(isShort(s, MAX_DATE) ? { s } : {}),
  })
}

/** Returns null for a record whose validator is missing or of another kind; it is then read again. */
export const parseMark = (validator: string | null): PageMark | null => {
  if (validator === null) return null
  try {
    const mark: unknown = JSON.parse(validator)
    return isMark(mark) ? mark : null
  } catch {
    return null
  }
}

const isMark = (value: unknown): value is PageMark => {
  if (typeof value !== 'object' || value === null) return false
  const { c, h, d, g, e, m, s, k } = value as Partial<Record<keyof PageMark, unknown>>
  const optional = [e, m, s, k].every((field) => field === undefined || typeof field === 'string')
  return typeof c === 'string' && typeof h === 'string' && Number.isInteger(d) && Number.isInteger(g) && optional
}

const isShort = (text: string | undefined, most: number): boolean => text !== undefined && text.length <= most && /^[\x20-\x7e]*$/.test(text)
