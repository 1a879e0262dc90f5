/**
 * A matcher of paths in which `*` stands for any characters, slashes too. The parts between the stars are looked for one after the
 * other, so matching costs time in proportion to path times pattern at most.
 */
export const compileEndpoint = (pattern: string): ((path: string) => boolean) => {
  const parts = pattern.split(/\*+/)
  const first = parts[0] ?? ''
  const last = parts.at(-1) ?? ''
  if (parts.length === 1) return (path) => path === pattern
  const inner = parts.slice(1, -1)
  return (path) => {
    if (path.length < first.length + last.length || !path.startsWith(first) || !path.endsWith(last)) return false
    let at = first.length
    const end = path.length - last.length
    for (const part of inner) {
      const found = path.indexOf(part, at)
      if (found < 0 || found + part.length > end) return false
      at = found + part.length
    }
    return true
  }
}
