import { readEverything } from '../drive/read-everything.js'
import { must, mustFail, needed } from '../violation.js'
import type { Check } from './subject.js'

/** Check 9: after each change of the schema, the next read succeeds or fails as documented, never as INTERNAL. */
export const checkDrift: Check = async (subject) => {
  const cases = needed(subject.fixture.drift, 'drift cases')
  must(cases.length > 0, 'the list of drift cases is empty')
  const { store } = await readEverything(subject)
  for (const drift of cases) {
    await drift.apply()
    const read = (): Promise<unknown> => readEverything(subject, { store })
    if (drift.expectReason === undefined) await read()
    else await mustFail(read, drift.expectReason, drift.name)
    await drift.verify?.(store)
  }
}
