import { isUtf8 } from 'node:buffer'
import { chooseCharset, type DecodedText, decodeAs } from '../html/decode.js'

/**
 * The text of XML or JSON from the web: byte order mark, UTF-16 by its zeros, charset of the Content-Type, declaration of the XML, what the bytes look
 * like. Valid UTF-8 that declares itself wins over the header, which many servers set for all text alike. NUL and lone surrogates become U+FFFD, and
 * white space at the start, which XML does not allow, goes.
 */
export const decodeXml = (bytes: Buffer, contentType: string): DecodedText => {
  const chosen = chooseCharset(bytes, contentType)
  const decoded = decodeAs(bytes, declaresUtf8(bytes) && !chosen.charset.startsWith('utf') ? { charset: 'utf-8', certainty: 1 } : chosen)
  return { ...decoded, text: decoded.text.replace(/^[\ufeff\s]+/, '') }
}

const declaresUtf8 = (bytes: Buffer): boolean => {
  const head = bytes.toString('latin1', 0, 200)
  return (/^\s{0,20}<\?xml[^>]{1,150}encoding\s?=\s?["']utf-?8["']/i.test(head) || head.trimStart().startsWith('{')) && isUtf8(bytes)
}
