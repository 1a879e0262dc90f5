import { showUrl } from '@inlet/domain'
import type { Hop } from './exchange/exchange.js'

const REDACTED = '[redacted]'
/** Shorter ones are words, and protect nothing. */
const MIN_LENGTH = 6
const PLAIN_HEADERS = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-length',
  'content-type',
  'if-modified-since',
  'if-none-match',
  'range',
  'user-agent',
])
const DATE = /^\d{4}-\d\d(-\d\d[\dT:.Z+-]*)?$/

/**
 * A text of the other side without what may have been secret in the request it answers: headers, values of the query and of a form, parts of
 * the path that look like tokens. Bodies of JSON hold settings and no secrets.
 */
export const withoutSent = (text: string, hop: Hop): string => withoutValues(text, sentBy(hop))

/** A text without the values that are long enough to be secrets and no dates. */
export const withoutValues = (text: string, values: Iterable<string>): string =>
  [...values]
    .filter((value) => value.length >= MIN_LENGTH && !DATE.test(value))
    .sort((a, b) => b.length - a.length)
    .reduce((rest, value) => rest.replaceAll(value, REDACTED), text)

function* sentBy({ url, headers, body }: Hop): Generator<string> {
  for (const [name, value] of Object.entries(headers)) if (!PLAIN_HEADERS.has(name)) yield* partsOf(value)
  for (const value of url.searchParams.values()) yield* formsOf(value)
  yield* formsOf(decode(url.password))
  const shown = new Set(showUrl(url).split('/'))
  for (const segment of url.pathname.split('/')) if (!shown.has(segment)) yield* formsOf(decode(segment))
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true || body === undefined) return
  for (const value of new URLSearchParams(Buffer.from(body).toString('utf8')).values()) yield* formsOf(value)
}

/** A header as it is, the parts of it, and what Basic holds. */
function* partsOf(header: string): Generator<string> {
  for (const part of [header, ...header.split(/[\s,;="]+/)]) {
    yield part
    if (!/^Basic /i.test(header)) continue
    const plain = Buffer.from(part, 'base64').toString('utf8')
    yield plain
    yield* plain.split(':')
  }
}

const formsOf = (value: string): readonly string[] => [value, encodeURIComponent(value.toWellFormed())]

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
