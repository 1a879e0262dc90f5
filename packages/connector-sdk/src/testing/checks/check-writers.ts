import { mustEqual } from '../drive/compare-stores.js'
import { readEverything, sumOf } from '../drive/read-everything.js'
import { within } from '../drive/within.js'
import { must, needed } from '../violation.js'
import type { Check } from './subject.js'

const READS_WHILE_WRITING = 3
/** A read must end, even if the source never does. */
const READ_MS = 30_000

/** Check 10: what is written while reads continue is found by those reads or the next. */
export const checkWriters: Check = async (subject) => {
  const { fixture } = subject
  const before = await readEverything(subject)
  const writer = await needed(fixture.writer?.bind(fixture), 'writer()')()
  try {
    for (let read = 0; read < READS_WHILE_WRITING; read++)
      await within(READ_MS, readEverything(subject, { store: before.store }), 'a read while the source is written to')
  } finally {
    await writer.stop()
  }
  await fixture.waitUntilVisible?.()
  const last = await readEverything(subject, { store: before.store })
  const fresh = await readEverything(subject)
  mustEqual(last.store, fresh.store, { specs: fresh.specs, what: 'with writers active', gone: true })
  const changed = fresh.specs.some((spec) => fresh.store.snapshot(spec.name).size !== before.results.get(spec.name)?.inserted)
  must(changed || sumOf(fresh.results, 'emitted') > sumOf(before.results, 'emitted'), 'the writer wrote nothing; the check proves nothing')
}
