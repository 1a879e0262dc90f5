/** Shorter values would black out ordinary words. */
const MIN_SECRET = 4

/** Makes a function that replaces every secret text, plain or percent-encoded, by `***`. */
export const createRedactor = (secrets: unknown): ((text: string) => string) => {
  const found = new Set<string>()
  collect(secrets, found)
  const longestFirst = [...found].sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
}

const collect = (value: unknown, found: Set<string>): void => {
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value)
    if (text.length < MIN_SECRET) return
    for (const line of [text, ...text.split('\n')]) if (line.trim().length >= MIN_SECRET) found.add(line).add(encodeURIComponent(line.toWellFormed()))
    found.add(JSON.stringify(text).slice(1, -1))
  } else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) collect(member, found)
}
