const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A whole number in `width` characters of 6 bits each. */
export const packNumber = (value: number, width: number): string => {
  let text = ''
  for (let rest = value; text.length < width; rest = Math.floor(rest / 64)) text = `${DIGITS[rest % 64]}${text}`
  return text
}

export const unpackNumber = (text: string): number => Array.from(text, (digit) => DIGITS.indexOf(digit)).reduce((sum, digit) => sum * 64 + digit, 0)
