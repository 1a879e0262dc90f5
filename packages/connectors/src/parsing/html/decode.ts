import { analyse } from 'chardet'
import iconv from 'iconv-lite'
import { replaceNul, toStorable } from './cut-text.js'

/** How many bytes may be searched for the declaration of a charset, and by the detector. */
const HEAD_BYTES = 4_096
const SAMPLE_BYTES = 65_536
const MIN_CONFIDENCE = 50

/**
 * The text of a page: a byte order mark wins, then the charset of the Content-Type header, then that of a meta element,
 * then UTF-8 when the bytes are valid, then what they look like. NUL and lone surrogates become U+FFFD, since they cannot be stored.
 */
export const decodePage = (bytes: Buffer, contentType: string): string => {
  const charset = chooseCharset(bytes, contentType)
  return charset === 'utf-8' ? replaceNul(bytes.toString('utf8', hasUtf8Mark(bytes) ? 3 : 0)) : toStorable(iconv.decode(bytes, charset))
}

/** The charset that {@link decodePage} takes, as a name iconv-lite knows. */
export const chooseCharset = (bytes: Buffer, contentType: string): string => {
  if (hasUtf8Mark(bytes)) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return supported(charsetOf(contentType)) ?? supported(metaCharset(bytes)) ?? guess(bytes)
}

const hasUtf8Mark = (bytes: Buffer): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf

const charsetOf = (contentType: string): string | undefined => /charset\s{0,5}=\s{0,5}["']?([\w.:+-]{1,40})/i.exec(contentType)?.[1]

const metaCharset = (bytes: Buffer): string | undefined => {
  const head = bytes.toString('latin1', 0, HEAD_BYTES)
  const found =
    /<meta\s[^>]{0,500}?charset\s{0,5}=\s{0,5}["']?([\w.:+-]{1,40})/i.exec(head)?.[1] ??
    /^<\?xml\s[^>]{0,200}?encoding=["']([\w.:+-]{1,40})/.exec(head)?.[1]
  // A meta element that could be read as ASCII is not in UTF-16, whatever it says (WHATWG encoding sniffing).
  return found !== undefined && /^utf-?16/i.test(found) ? 'utf-8' : found
}

const supported = (label: string | undefined): string | undefined => {
  if (label === undefined) return undefined
  const name = label.toLowerCase()
  if (name === 'utf-8' || name === 'utf8') return 'utf-8'
  // The web means Windows-1252 when it says Latin-1 or ASCII (WHATWG Encoding, 4.2).
  if (/^(?:iso-?8859-?1|latin-?1|us-ascii|ascii|l1)$/.test(name)) return 'windows-1252'
  return iconv.encodingExists(name) ? name : undefined
}

const guess = (bytes: Buffer): string => {
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  if (isUtf8(sample, bytes.length > sample.length)) return 'utf-8'
  const best = analyse(sample)[0]
  return (best !== undefined && best.confidence >= MIN_CONFIDENCE ? supported(best.name) : undefined) ?? 'windows-1252'
}

const isUtf8 = (sample: Buffer, cut: boolean): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: cut })
    return true
  } catch {
    return false
  }
}
