const MIN_LENGTH = 6

/** Returns the strings to search for: every long enough string of the secrets, as it is and in the encodings in which it travels. */
export const canariesOf = (secrets: unknown): readonly string[] => {
  const plain = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value === 'string' && value.length >= MIN_LENGTH) plain.add(value)
    else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) walk(member)
  }
  walk(secrets)
  return [...new Set([...plain].flatMap((text) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1), ...base64Cores(text)]))]
}

/** The characters that the base64 of the text has at each of the three alignments, whatever surrounds it, e.g. in `user:password`. */
const base64Cores = (text: string): string[] =>
  [0, 1, 2].flatMap((shift) => {
    const core = Buffer.from('x'.repeat(shift) + text)
      .toString('base64')
      .replaceAll('=', '')
      .slice(Math.ceil((shift * 8) / 6), -2)
    return core.length >= MIN_LENGTH ? [core] : []
  })

/** Returns the first of the canaries found in the text; undefined if there is none. */
export const findCanary = (text: string, canaries: readonly string[]): string | undefined => canaries.find((canary) => text.includes(canary))

/** Everything a value would show in a log: members, messages, stacks, causes. */
export const visibleText = (value: unknown, depth = 0): string => {
  if (depth > 12 || value === undefined) return ''
  if (value instanceof Error)
    return [value.name, value.message, value.stack, ...membersOf(value, depth), visibleText(value.cause, depth + 1)].join('\n')
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  if (value instanceof Map || value instanceof Set) return visibleText([...value], depth + 1)
  if (typeof value === 'object' && value !== null) return membersOf(value, depth).join('\n')
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
}

const membersOf = (value: object, depth: number): string[] =>
  Object.entries(value).map(([name, member]) => `${name}: ${visibleText(member, depth + 1)}`)
