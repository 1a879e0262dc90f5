/** How much some bytes look like UTF-8. */
export interface Utf8Evidence {
  /** Valid sequences beyond ASCII; longer ones count more, because they hardly occur by chance. */
  readonly valid: number
  /** Bytes that fit nowhere, not counting a sequence cut off by the end. */
  readonly invalid: number
}

/** Scans bytes once. The end may cut a character. Pure. */
export const utf8Evidence = (bytes: Buffer): Utf8Evidence => {
  let valid = 0
  let invalid = 0
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0
    if (lead < 0x80) {
      at++
      continue
    }
    const length = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 1
    let found = 1
    while (found < length && isTrail(bytes[at + found], found === 1 ? lead : 0)) found++
    if (length > 1 && found === length) valid += length - 1
    // A sequence cut off by the end is no evidence of either kind.
    else if (length === 1 || at + found < bytes.length) invalid++
    at += found
  }
  return { valid, invalid }
}

/** Whether a byte may follow; after some lead bytes the second is more restricted (RFC 3629). */
const isTrail = (byte: number | undefined, lead: number): boolean => {
  if (byte === undefined || byte < 0x80 || byte > 0xbf) return false
  if (lead === 0xe0) return byte >= 0xa0
  if (lead === 0xed) return byte <= 0x9f
  if (lead === 0xf0) return byte >= 0x90
  return lead !== 0xf4 || byte <= 0x8f
}

/** With this many times more valid sequences than bytes that fit nowhere, those are damage, not another encoding. */
const TIMES = 4

/** Whether bytes are UTF-8, apart from some damage. Text in other encodings has at most a few valid sequences by chance. Pure. */
export const isMostlyUtf8 = ({ valid, invalid }: Utf8Evidence): boolean => valid > 0 && valid >= invalid * TIMES
