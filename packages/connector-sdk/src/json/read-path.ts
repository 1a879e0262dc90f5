/**
 * Returns the value at a path: `data.items.0`, or a JSON pointer such as `/data/a.b/0` (RFC 6901) for names with dots. The empty path
 * is the whole value; a negative number counts from the end of a list, e.g. `data.-1.id`. Undefined when a step is
 * missing; only own members count.
 */
export const readPath = (value: unknown, path: string): unknown => {
  let current = value
  for (const step of pathSteps(path)) {
    if (typeof current !== 'object' || current === null) return undefined
    const name = Array.isArray(current) && /^-[1-9]\d{0,8}$/.test(step) ? String(current.length + Number(step)) : step
    if (!Object.hasOwn(current, name)) return undefined
    current = Reflect.get(current, name)
  }
  return current
}

/** Returns the member names along a path; a leading `$.` is allowed. */
export const pathSteps = (path: string): readonly string[] => {
  if (path === '' || path === '$') return []
  if (path.startsWith('/'))
    return path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return (path.startsWith('$.') ? path.slice(2) : path).split('.')
}
