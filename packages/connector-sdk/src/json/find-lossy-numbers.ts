/** Returns the positions [from, to) of the numbers in JSON text that a JavaScript number would round. */
export const findLossyNumbers = (text: string): readonly (readonly [from: number, to: number])[] => {
  // Nearly every document ends here: a rounded number has 16 digits or an exponent.
  if (!SUSPICIOUS.test(text)) return []
  const found: [number, number][] = []
  let at = 0
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) at = afterString(text, at)
    else if (unit === MINUS || (unit >= ZERO && unit <= NINE)) {
      const end = afterNumber(text, at)
      if (isLossy(text.slice(at, end))) found.push([at, end])
      at = end
    } else at++
  }
  return found
}
const SUSPICIOUS = /[\d.]{16}|\d[eE][+-]?\d/
const QUOTE = 0x22
const BACKSLASH = 0x5c
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39

/** Returns the position after the closing quote, or the end of the text when there is none. */
const afterString = (text: string, start: number): number => {
  let quote = text.indexOf('"', start + 1)
  while (quote !== -1) {
    let slashes = 0
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return quote + 1
    quote = text.indexOf('"', quote + 1)
  }
  return text.length
}

const afterNumber = (text: string, start: number): number => {
  NUMBER_CHARACTERS.lastIndex = start
  return NUMBER_CHARACTERS.test(text) ? NUMBER_CHARACTERS.lastIndex : start + 1
}
const NUMBER_CHARACTERS = /[-+.\deE]+/y

/** Whether parsing the digits as a JavaScript number and formatting it again changes the value. */
const isLossy = (digits: string): boolean => {
  if (digits.length < 16 && !/[eE]/.test(digits)) return false
  const value = Number(digits)
  if (Number.isNaN(value)) return false
  if (!Number.isFinite(value)) return true
  const isInteger = !/[.eE]/.test(digits)
  if (isInteger) return !Number.isSafeInteger(value)
  return normal(digits) !== normal(String(value))
}

/** Normalizes a decimal to its significant digits and exponent, so that 1.10, 11e-1 and 1.1 are equal. */
const normal = (digits: string): string => {
  const sign = digits.startsWith('-') ? '-' : ''
  const [mantissa = '', exponent = '0'] = digits.slice(sign.length).toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = (whole + fraction).replace(/^0+/, '')
  if (all === '') return '0'
  const significant = all.replace(/0+$/, '')
  return `${sign}${significant}e${Number(exponent) - fraction.length + (all.length - significant.length)}`
}
