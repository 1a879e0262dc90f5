const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BASE = 62n

/** The bytes as a number in base 62, padded to a fixed length. */
export const toBase62 = (bytes: Uint8Array, length: number): string => {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`)
  let text = ''
  for (; rest > 0n; rest /= BASE) text = `${DIGITS[Number(rest % BASE)]}${text}`
  return text.padStart(length, '0')
}
