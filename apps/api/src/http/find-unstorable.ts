/** Where in a JSON value text stands that no part of the store can hold: a NUL character, or half of a surrogate pair. Null when there is none. */
export const findUnstorable = (value: unknown, path: readonly string[] = []): readonly string[] | null => {
  if (typeof value === 'string') return isStorable(value) ? null : path
  if (typeof value !== 'object' || value === null) return null
  for (const [name, inner] of Object.entries(value)) {
    if (!isStorable(name)) return path
    const found = findUnstorable(inner, [...path, name])
    if (found !== null) return found
  }
  return null
}

const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()
