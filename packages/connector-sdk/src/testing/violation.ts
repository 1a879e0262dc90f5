import { Failure, type Reason, toFailure } from '@inlet/domain'

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

/** Resolves when the work fails with one of the reasons; throws a `Violation` when it succeeds or fails otherwise. */
export const mustFail = async (work: () => Promise<unknown>, reasons: Reason | readonly Reason[], what: string): Promise<Failure> => {
  const expected: readonly Reason[] = typeof reasons === 'string' ? [reasons] : reasons
  let thrown: unknown
  try {
    await work()
  } catch (error) {
    thrown = error
  }
  if (thrown instanceof Violation) throw thrown
  must(thrown !== undefined, `${what}: succeeded instead of failing with ${expected.join(' or ')}`)
  const failure = toFailure(thrown)
  must(
    thrown instanceof Failure && expected.includes(failure.reason),
    `${what}: failed with ${failure.reason} (${failure.message}) instead of ${expected.join(' or ')}`,
  )
  return failure
}
