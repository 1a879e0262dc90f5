import { mustEqual } from '../drive/compare-stores.js'
import { readEverything } from '../drive/read-everything.js'
import { streamsOf, withSession } from '../drive/session.js'
import { runStream } from '../drive/stream-run.js'
import { createRecordStore } from '../store/record-store.js'
import { must } from '../violation.js'
import type { Check } from './subject.js'

/** Check 3: two full reads on separate installations give the same set: the true one, if the fixture knows it. */
export const checkFullRead: Check = async (subject) => {
  const { fixture } = subject
  const store = createRecordStore()
  const specs = await withSession(subject, { store }, async (session) => {
    const specs = await streamsOf(session)
    for (const spec of specs) {
      const result = await runStream(session, spec)
      must(
        result.end !== undefined && result.end !== null,
        `a full read of ${spec.name} does not say whether it was complete; return complete(…) or incomplete(…)`,
      )
      must(result.end.complete, `a full read of ${spec.name} says that it was incomplete: ${result.end.complete ? '' : result.end.message}`)
      must(result.updated === 0, `a full read of ${spec.name} gave ${result.updated} keys twice with different content`)
    }
    return specs
  })
  const records = specs.reduce((sum, spec) => sum + store.snapshot(spec.name).size, 0)
  must(records >= fixture.minRecords, `a full read gave ${records} records; the fixture promises ${fixture.minRecords}`)
  const truth = await fixture.truth?.()
  for (const [stream, keys] of truth ?? []) {
    const have = store.snapshot(stream)
    const missing = [...keys].filter((key) => !have.has(key))
    const extra = [...have.keys()].filter((key) => !keys.has(key))
    must(missing.length === 0, `${stream} lacks ${missing.length} of ${keys.size} records, e.g. ${missing[0]}`)
    must(extra.length === 0, `${stream} has ${extra.length} records that do not exist, e.g. ${extra[0]}`)
  }
  const second = await readEverything(subject)
  mustEqual(second.store, store, { specs, what: 'second full read' })
}
