/** A connector broke its contract; the message says which part and how. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

/** Throws a {@link Violation} unless the condition holds. */
export function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Violation(message)
}

/** Returns the part of a fixture that a check needs. Throws when it is missing, so that nothing is skipped silently. */
export const needed = <T>(part: T | undefined, name: string): T => {
  if (part === undefined) throw new Violation(`the fixture offers no ${name}; add it, or skip this check with a reason`)
  return part
}
