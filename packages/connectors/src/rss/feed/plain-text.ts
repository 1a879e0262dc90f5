import { Parser } from 'htmlparser2'

const LOOKS_LIKE_HTML = /<[a-z!/][^<>]{0,500}>|&(?:[a-z][a-z0-9]{1,30}|#\d{1,7}|#x[0-9a-f]{1,6});/i

/** A line of text out of what may be HTML, as titles of feeds are: tags go, entities are decoded, white space is collapsed. */
export const plainText = (value: string): string => {
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

const collapse = (text: string): string => text.replace(/\s+/g, ' ').trim()
