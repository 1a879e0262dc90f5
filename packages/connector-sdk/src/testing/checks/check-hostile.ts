import { Failure } from '@inlet/domain'
import type { HostileCase } from '../acceptance-fixture.js'
import { readEverything } from '../drive/read-everything.js'
import { within } from '../drive/within.js'
import { createRecordStore } from '../store/record-store.js'
import { must, mustFail, needed } from '../violation.js'
import type { Check, Subject } from './subject.js'

const DEFAULT_MS = 20_000

/** Check 8: each hostile response ends in its documented reason, in time, and what came before it is stored consistently. */
export const checkHostile: Check = async (subject) => {
  const cases = needed(subject.fixture.hostile, 'hostile cases')
  must(cases.length > 0, 'the list of hostile cases is empty')
  for (const hostile of cases) await within(hostile.withinMs ?? DEFAULT_MS, meet(subject, hostile), hostile.name)
}

const meet = async (subject: Subject, hostile: HostileCase): Promise<void> => {
  const store = createRecordStore()
  const read = async (): Promise<void> => {
    const { results } = await readEverything(subject, { variant: hostile, store })
    if (hostile.rejected !== true) return
    const rejected = [...results.values()].flatMap((result) => result.rejected)
    const expected = [hostile.expectReason].flat()
    const found = expected.find((reason) => rejected.includes(reason))
    must(found !== undefined, `${hostile.name}: rejected ${JSON.stringify(rejected)} instead of ${expected.join(' or ')}`)
    throw new Failure(found, 'was rejected as expected')
  }
  await mustFail(read, hostile.expectReason, hostile.name)
}
