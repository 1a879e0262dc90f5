import { Failure, JsonNumber } from '@inlet/connector-sdk'

/** Parses a JSON number without loss: a bigint beyond 2^53, its digits where a double would round. Throws NUMBER_NOT_STORABLE beyond 1e308. */
export const toExactNumber = (text: string): number | bigint | JsonNumber => {
  const value = Number(text)
  if (text.length <= 15) {
    if (!Number.isFinite(value)) throw tooLarge(text)
    return value
  }
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(value) ? value : BigInt(text)
  if (!Number.isFinite(value)) throw tooLarge(text)
  return String(value) === text ? value : new JsonNumber(text)
}

const tooLarge = (text: string): Failure => new Failure('NUMBER_NOT_STORABLE', `${text.slice(0, 40)} is outside the range of numbers`)

/** Whether a JSON text may contain a number that `JSON.parse` would round: 16 digits or an exponent. Strings can cause false alarms. */
export const mayLoseDigits = (json: string): boolean => /[\d.]{16}|\d[eE][+-]?\d/.test(json)
