import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '@inlet/domain'
import { readEverything } from '../drive/read-everything.js'
import { createRecordStore } from '../store/record-store.js'
import { must, needed, Violation } from '../violation.js'
import type { Check } from './subject.js'

const MAX_WAITS = 30
const MAX_WAIT_MS = 5000

/** Check 15: parked for as long as the remote system asks and resumed from the cursor, the read succeeds; the server counts no violation. */
export const checkRateLimit: Check = async (subject) => {
  const limited = await needed(subject.fixture.rateLimited?.bind(subject.fixture), 'rateLimited()')()
  const store = createRecordStore()
  for (let waits = 0; ; waits++) {
    must(waits <= MAX_WAITS, `the read was parked ${waits} times and did not end`)
    try {
      await readEverything(subject, { variant: limited, store })
      break
    } catch (thrown) {
      await delay(waitFor(thrown))
    }
  }
  await limited.verify()
}

const waitFor = (thrown: unknown): number => {
  if (!(thrown instanceof Failure) || thrown.code !== 'rate_limited') throw thrown
  if (thrown.retryAfterMs === undefined) throw new Violation(`${thrown.reason} does not say how long to wait`)
  must(thrown.retryAfterMs <= MAX_WAIT_MS, `the fixture makes the suite wait ${thrown.retryAfterMs} ms`)
  return thrown.retryAfterMs
}
