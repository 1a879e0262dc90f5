import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import { toStorable } from '../../parsing/html/cut-text.js'
import { chooseCharset } from '../../parsing/html/decode.js'

/**
 * The text of a feed: byte order mark, charset of the Content-Type, declaration of the XML, what the bytes look like. Valid UTF-8
 * that declares itself wins over the header, which many servers set for all text alike. NUL and lone surrogates become U+FFFD.
 */
export const decodeFeed = (bytes: Buffer, contentType: string): string => {
  const text = iconv.decode(bytes, charsetOf(bytes, contentType))
  return toStorable(text).replace(/^[\ufeff\s]+/, '')
}

const charsetOf = (bytes: Buffer, contentType: string): string => {
  const start = bytes.subarray(0, 4).toString('hex')
  if (start.startsWith('3c00')) return 'utf-16le'
  if (start.startsWith('003c')) return 'utf-16be'
  const charset = chooseCharset(bytes, contentType)
  if (charset.startsWith('utf')) return charset
  const head = bytes.toString('latin1', 0, 200)
  return (/^\s{0,20}<\?xml[^>]{1,150}encoding\s?=\s?["']utf-?8["']/i.test(head) || head.trimStart().startsWith('{')) && isUtf8(bytes)
    ? 'utf-8'
    : charset
}
