import { mustEqual } from '../drive/compare-stores.js'
import { readEverything } from '../drive/read-everything.js'
import { must } from '../violation.js'
import type { Check } from './subject.js'

/** Check 16: keys are unique within a read, and both keys and hashes are equal on two installations with different ids, folders and times. */
export const checkIdentity: Check = async (subject) => {
  const first = await readEverything(subject)
  for (const [stream, result] of first.results) {
    const live = first.store.snapshot(stream).size
    must(result.updated === 0, `${stream} gave ${result.updated} keys twice with different content`)
    must(result.inserted - result.deleted === live, `${stream} has ${live} live records after ${result.inserted} inserts`)
  }
  const records = first.specs.reduce((sum, spec) => sum + first.store.snapshot(spec.name).size, 0)
  must(records >= subject.fixture.minRecords, `only ${records} records; the fixture promises ${subject.fixture.minRecords}`)
  const second = await readEverything(subject)
  mustEqual(second.store, first.store, { specs: first.specs, what: 'on a second installation' })
}
