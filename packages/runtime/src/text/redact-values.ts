export const REDACTED = '[redacted]'

// Redacting shorter values would remove ordinary words and protect nothing.
const MIN_LENGTH = 4

const jsonEscaped = (text: string): string => JSON.stringify(text).slice(1, -1)

const userInfo = (value: string): string => {
  const url = new URL('http://host')
  url.password = value
  return url.password
}

const lowerHex = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/gu, (code) => code.toLowerCase())

const urlForms = (value: string): string[] => {
  try {
    const forms = [encodeURIComponent(value), encodeURI(value), userInfo(value), new URLSearchParams({ v: value }).toString().slice(2)]
    return forms.flatMap((form) => [form, lowerHex(form)])
  } catch {
    // Half a surrogate pair has no URL form.
    return []
  }
}

/** Returns how a value looks in plain text, in JSON (also inside a JSON string), in a URL and in base64. */
const formsOf = (value: string): string[] => {
  const once = jsonEscaped(value)
  const twice = jsonEscaped(once)
  const bytes = Buffer.from(value)
  // Trailing base64 digits depend on what follows.
  const base64 = value.length < 6 ? [] : [bytes.toString('base64').replace(/=+$/u, ''), bytes.toString('base64url')]
  return [value, once, twice, jsonEscaped(twice), ...urlForms(value), ...base64]
}

const escapeRegExp = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`)

/**
 * Returns a global pattern for all forms of the values, longest first; undefined when there is nothing to look for. Values under 4 characters are
 * left out.
 */
export const redactionPattern = (values: Iterable<string>): RegExp | undefined => {
  const forms = new Set<string>()
  for (const value of values) {
    if (value.length >= MIN_LENGTH) for (const form of formsOf(value)) forms.add(form)
  }
  if (forms.size === 0) return undefined
  return new RegExp(
    [...forms]
      .sort((a, b) => b.length - a.length)
      .map(escapeRegExp)
      .join('|'),
    'g',
  )
}

/** Returns the text with every value replaced, in plain, JSON, URL and base64 form. */
export const redactValues = (text: string, values: Iterable<string>): string => {
  const pattern = redactionPattern(values)
  return pattern === undefined ? text : text.replace(pattern, REDACTED)
}
