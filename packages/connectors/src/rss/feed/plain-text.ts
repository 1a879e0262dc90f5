import { Parser } from 'htmlparser2'

const LOOKS_LIKE_HTML = /<[a-z!/][^<>]{0,500}>|&(?:[a-z][a-z0-9]{1,30}|#\d{1,7}|#x[0-9a-f]{1,6});/i
/** Elements that people put into titles. */
const MARKUP = new Set(
  'a abbr acronym b bdi bdo big blink center cite code del dfn div em font h1 h2 h3 h4 h5 h6 i ins kbd li mark nobr ol p pre q s samp script small span strike strong style sub sup tt u ul var'.split(
    ' ',
  ),
)
const EMPTY = new Set(['br', 'hr', 'img', 'wbr'])
const TAG = /<(\/?)([a-z][a-z0-9]{0,15})(?:\s[^<>]{0,1000})?\/?>/gi

/** Converts HTML to a line of text: removes tags, decodes entities, collapses white space. */
export const htmlLine = (value: string): string => {
  if (!LOOKS_LIKE_HTML.test(value)) return collapse(value)
  let text = ''
  const parser = new Parser({
    ontext(data) {
      text += data
    },
    onopentagname(name) {
      if (name === 'br' || name === 'p' || name === 'div') text += ' '
    },
  })
  parser.end(value)
  return collapse(text)
}

/**
 * Returns a line of text that should be plain but, like titles in RSS, is often HTML. Tags count as markup only where an element that people
 * put into titles begins and ends; `Using the <details> element` and `Vec<T>` stay as they are.
 */
export const plainText = (value: string): string => (LOOKS_LIKE_HTML.test(value) ? htmlLine(escapeOthers(value)) : collapse(value))

const escapeOthers = (value: string): string => {
  const markup = pairedTags(value)
  let escaped = ''
  let from = 0
  for (const { index, 0: tag } of value.matchAll(TAG)) {
    escaped += value.slice(from, index).replaceAll('<', '&lt;') + (markup.has(index) ? tag : tag.replaceAll('<', '&lt;'))
    from = index + tag.length
  }
  return escaped + value.slice(from).replaceAll('<', '&lt;')
}

/** Returns the offsets of the tags that are markup. */
const pairedTags = (value: string): ReadonlySet<number> => {
  const found = new Set<number>()
  const open = new Map<string, number[]>()
  for (const { index, 1: slash, 2: given = '' } of value.matchAll(TAG)) {
    const name = given.toLowerCase()
    if (EMPTY.has(name)) found.add(index)
    if (!MARKUP.has(name)) continue
    const starts = open.get(name) ?? []
    if (slash === '') open.set(name, [...starts, index])
    else {
      const start = starts.pop()
      if (start !== undefined) found.add(start).add(index)
    }
  }
  return found
}

const collapse = (text: string): string => text.replace(/\s+/g, ' ').trim()
