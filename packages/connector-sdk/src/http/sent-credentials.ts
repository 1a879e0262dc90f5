import { showUrl } from '@inlet/domain'
import type { Hop } from './exchange/exchange.js'

const REDACTED = '[redacted]'
/** Anything shorter is a word, and removing it protects nothing. */
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
 * Removes from a text of the remote system what may have been secret in the request it answers: headers, values of the query and of a form, parts
 * of the path that look like tokens. JSON bodies contain settings, not secrets.
 */
export const withoutSent = (text: string, hop: Hop): string => withoutValues(text, sentBy(hop))

/** Removes those of the values that are long enough to be secrets and are no dates. */
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

/** Yields a header as it is, its parts, and what Basic encodes. */
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
