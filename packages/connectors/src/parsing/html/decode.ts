import { analyse } from 'chardet'
import iconv from 'iconv-lite'
import { detectUtf16 } from '../encoding/detect-utf16.js'
import { guessShort } from '../encoding/guess-short.js'
import { isMostlyUtf8, utf8Evidence } from '../encoding/utf8-evidence.js'
import { replaceNul, toStorable } from './cut-text.js'

/** How many bytes are searched for the declaration of a charset, and by the detector. */
const HEAD_BYTES = 4_096
const SAMPLE_BYTES = 65_536
const MIN_CONFIDENCE = 50
/** This much valid UTF-8 beyond ASCII does not occur by chance in another charset. */
const SURELY_UTF8 = 8

export interface ChosenCharset {
  /** By the name that iconv-lite uses. */
  readonly charset: string
  /** From 0 to 1; 1 unless it was guessed. */
  readonly certainty: number
}

export interface DecodedText extends ChosenCharset {
  readonly text: string
  /** Whether there were bytes that are invalid in the charset. */
  readonly damaged: boolean
}

/**
 * Decodes a page: a byte order mark wins, then the charset of the Content-Type header, then that of a meta element,
 * then UTF-8 if the bytes are valid, then what they look like. NUL and lone surrogates become U+FFFD, since they cannot be stored.
 */
export const decodePage = (bytes: Buffer, contentType: string): string => decodeText(bytes, contentType).text

/** Like `decodePage`, and returns what was chosen. */
export const decodeText = (bytes: Buffer, contentType: string): DecodedText => decodeAs(bytes, chooseCharset(bytes, contentType))

export const decodeAs = (bytes: Buffer, chosen: ChosenCharset): DecodedText => {
  const isUtf8 = chosen.charset === 'utf-8'
  const text = isUtf8 ? replaceNul(bytes.toString('utf8', hasUtf8Mark(bytes) ? 3 : 0)) : toStorable(iconv.decode(bytes, chosen.charset))
  const damaged = text.includes('\ufffd') && (!isUtf8 || utf8Evidence(bytes).invalid > 0)
  return { text, damaged, ...chosen }
}

const named = (charset: string): ChosenCharset => ({ charset, certainty: 1 })

/** Chooses the charset that {@link decodePage} uses. */
export const chooseCharset = (bytes: Buffer, contentType: string): ChosenCharset => {
  if (hasUtf8Mark(bytes)) return named('utf-8')
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return named('utf-16le')
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return named('utf-16be')
  const wide = detectUtf16(bytes)
  if (wide !== null) return named(wide)
  const declared = supported(charsetOf(contentType)) ?? declaredCharset(bytes)
  return declared === undefined || contradicts(declared, bytes) ? guess(bytes) : named(declared)
}

const hasUtf8Mark = (bytes: Buffer): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf

const charsetOf = (contentType: string): string | undefined => /charset\s{0,5}=\s{0,5}["']?([\w.:+-]{1,40})/i.exec(contentType)?.[1]

/** Returns the charset that a meta element or an XML declaration names, if it is known. */
export const declaredCharset = (bytes: Buffer): string | undefined => supported(metaCharset(bytes))

const metaCharset = (bytes: Buffer): string | undefined => {
  const head = bytes.toString('latin1', 0, HEAD_BYTES)
  const found =
    /<meta\s[^>]{0,500}?charset\s{0,5}=\s{0,5}["']?([\w.:+-]{1,40})/i.exec(head)?.[1] ??
    /^\s{0,1000}<\?xml\s[^>]{0,200}?encoding\s{0,5}=\s{0,5}["']([\w.:+-]{1,40})/.exec(head)?.[1]
  // A meta element that was readable as ASCII is not in UTF-16, whatever it says (WHATWG encoding sniffing).
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

/** Whether the bytes contradict the declaration: most of them are not UTF-8, or all of them are. */
const contradicts = (declared: string, bytes: Buffer): boolean => {
  if (declared !== 'utf-8' && declared !== 'windows-1252') return false
  const { valid, invalid } = utf8Evidence(bytes.subarray(0, SAMPLE_BYTES))
  return declared === 'utf-8' ? invalid > SURELY_UTF8 && invalid > valid : invalid === 0 && valid >= SURELY_UTF8
}

const guess = (bytes: Buffer): ChosenCharset => {
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  const evidence = utf8Evidence(sample)
  if (evidence.valid + evidence.invalid === 0 || isMostlyUtf8(evidence)) return named('utf-8')
  const best = analyse(sample)[0]
  const likely = best !== undefined && best.confidence >= MIN_CONFIDENCE ? supported(best.name) : undefined
  if (likely !== undefined && evidence.invalid > 64) return { charset: likely, certainty: 0.9 + (best?.confidence ?? 0) / 1_000 }
  const short = guessShort(sample.subarray(Math.max(0, sample.findIndex((byte) => byte >= 0x80) - 512)))
  return { charset: short?.encoding ?? likely ?? 'windows-1252', certainty: Math.min(short?.certainty ?? 0, 0.99) }
}
