/** One object of two; members that are objects on both sides are joined, else the second wins. Pure. */
export const mergeSettings = (settings: object, secrets: object): Readonly<Record<string, unknown>> => {
  const merged = new Map<string, unknown>(Object.entries(settings))
  for (const [name, value] of Object.entries(secrets)) {
    const before = merged.get(name)
    merged.set(name, isObject(before) && isObject(value) ? mergeSettings(before, value) : value)
  }
  return Object.fromEntries(merged)
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)
