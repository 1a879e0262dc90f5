import { REDACTED } from '@inlet/runtime'
import { isSecretName, MAY_HOLD_SECRET } from './secret-names.js'

/** User and password in any URL. */
const URL_PASSWORD = /\b([a-z][a-z0-9+.-]{0,31}:\/\/[^\s"\\/:@]{0,256}:)[^\s"\\/@]{1,1024}@/giu
/** An HTTP credential. */
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/-]{6,8192}=*/gu
/** An Inlet API key: its id stays readable. */
const API_KEY = /\b(inl_[a-z0-9]{1,64}_)[a-z0-9]{8,256}(?:_[a-z0-9]{1,64})?/giu
/** name=value in queries and connection strings, and "name": "value" in JSON inside a text. */
const NAMED =
  /([\w-]{0,64}(?:password|passwd|passphrase|secret|token|api[-_]?key|(?:access|account|shared|private)[-_]?key|signature|\bsig)["']?(?:=|["']\s{0,4}:\s{0,4}))(["']?)([^\s"'&;,}\]]{1,8192})/giu

/** Removes from a text the values that the pattern finds, and anything that looks like a password, token or key. */
export const redactText = (text: string, values: RegExp | undefined): string => {
  const bare = values === undefined ? text : text.replace(values, REDACTED)
  if (!MAY_HOLD_SECRET.test(bare)) return bare
  return bare
    .replace(URL_PASSWORD, `$1${REDACTED}@`)
    .replace(BEARER, `$1 ${REDACTED}`)
    .replace(API_KEY, `$1${REDACTED}`)
    .replace(NAMED, (whole: string, name: string, quote: string, value: string) => (value === REDACTED ? whole : `${name}${quote}${REDACTED}`))
}

const redactNumber = (value: number, values: RegExp | undefined): number | string => {
  if (values === undefined) return value
  return String(value).replace(values, '') === '' ? REDACTED : value
}

const redactAny = (value: unknown, values: RegExp | undefined): unknown => {
  if (typeof value === 'string') return redactText(value, values)
  if (typeof value === 'number') return redactNumber(value, values)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => redactAny(item, values))
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const isHarmless = inner === null || typeof inner === 'boolean'
      return [redactText(name, values), isSecretName(name) && !isHarmless ? REDACTED : redactAny(inner, values)]
    }),
  )
}

const found = (pattern: RegExp | undefined, line: string): boolean => {
  if (pattern === undefined) return false
  // A global pattern remembers where it stopped.
  pattern.lastIndex = 0
  return pattern.test(line)
}

/**
 * Redacts one line of JSON: fields by name at any depth, and values anywhere; `values` is the pattern of the registered ones. Most lines contain
 * nothing suspicious and are returned unchanged after one test.
 */
export const redactLine = (line: string, values: RegExp | undefined): string => {
  if (!MAY_HOLD_SECRET.test(line) && !found(values, line)) return line
  try {
    return `${JSON.stringify(redactAny(JSON.parse(line), values))}\n`
  } catch {
    // Not JSON: better a damaged line than a leaked secret.
    return redactText(line, values)
  }
}
