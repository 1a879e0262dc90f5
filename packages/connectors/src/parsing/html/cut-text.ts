/** Returns the first `length` UTF-16 units of a text, without cutting a surrogate pair in half. */
export const cutText = (text: string, length: number): string => {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}

const LONE_SURROGATE = /\p{Surrogate}/u
const LONE_SURROGATES = /\p{Surrogate}/gu

/** Replaces NUL and lone surrogates, which cannot be stored, with U+FFFD. */
export const toStorable = (text: string): string => {
  const whole = LONE_SURROGATE.test(text) ? text.replace(LONE_SURROGATES, '\ufffd') : text
  return replaceNul(whole)
}

export const replaceNul = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text)
