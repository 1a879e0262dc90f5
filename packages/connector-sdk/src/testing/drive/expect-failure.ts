import { Failure, type Reason, toFailure } from '@inlet/domain'
import { must, Violation } from '../violation.js'

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
