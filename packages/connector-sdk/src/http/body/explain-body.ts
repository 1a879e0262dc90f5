const MAX_LENGTH = 240
const MAX_DEPTH = 4
/** Where JSON APIs describe an error, most helpful first (RFC 9457, RFC 6749, and common practice). */
const NAMES = ['error_description', 'message', 'detail', 'description', 'error', 'errors', 'msg', 'reason', 'title', 'fault', 'faultstring', 'code']

/**
 * Extracts what an error body says about itself, on one line of at most 240 characters: the message of JSON or XML, the title of a page, or the
 * first line of plain text. Empty when it says nothing. The text is untrusted: display it as text, and only after removing what was sent.
 */
export const explainBody = (body: string): string => {
  const text = body.trim()
  if (text === '') return ''
  if (/^[[{"]/.test(text)) return toLine(explainJson(text))
  if (text.startsWith('<')) return toLine(explainMarkup(text))
  return toLine(text.split(/\r?\n/, 1)[0] ?? '')
}

const explainJson = (text: string): string => {
  try {
    return messageIn(JSON.parse(text), 0)
  } catch {
    return ''
  }
}

const messageIn = (value: unknown, depth: number): string => {
  if (typeof value === 'string') return value.trim()
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return ''
  if (Array.isArray(value))
    return value
      .slice(0, 3)
      .map((item) => messageIn(item, depth + 1))
      .filter((said) => said !== '')
      .join('; ')
  const members = new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member as unknown]))
  for (const name of NAMES) {
    const said = messageIn(members.get(name), depth + 1)
    if (said !== '') return said
  }
  return ''
}

/** Error documents of object stores and SOAP, then pages for people. */
const ELEMENTS = ['message', 'faultstring', 'title', 'h1']
const TEXT_OF_ELEMENT = /<(?:\w{1,40}:)?(message|faultstring|title|h1)(?:\s[^<>]{0,500})?>([^<]{1,2000})</gi

const explainMarkup = (text: string): string => {
  const found = [...text.matchAll(TEXT_OF_ELEMENT)].map(([, name = '', inner = '']) => ({ name: name.toLowerCase(), inner: inner.trim() }))
  const best = ELEMENTS.flatMap((name) => found.filter((element) => element.name === name && element.inner !== ''))[0]
  return best === undefined ? '' : decodeEntities(best.inner)
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', ndash: '–', mdash: '—' }

const decodeEntities = (text: string): string =>
  text.replaceAll(/&(?:#(\d{1,6})|(\w{2,6}));/g, (whole, code: string | undefined, name: string | undefined) =>
    code === undefined ? (ENTITIES[name ?? ''] ?? whole) : String.fromCodePoint(Number(code)),
  )

const toLine = (text: string): string => {
  // Removes line breaks and characters that control a terminal or the writing direction.
  const line = text
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .toWellFormed()
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1).toWellFormed()}…` : line
}
