import type { StreamSpec } from '../../connector.js'
import { mustEqual } from '../drive/compare-stores.js'
import { type Reading, readEverything } from '../drive/read-everything.js'
import { must, needed } from '../violation.js'
import type { Check } from './subject.js'

/** Check 4: an unchanged source yields nothing new; a changed one yields exactly the change. */
export const checkIncremental: Check = async (subject) => {
  const { fixture } = subject
  const first = await readEverything(subject)
  for (const spec of first.specs) {
    const pages = first.results.get(spec.name)?.emitted ?? 0
    must(!spec.incremental || pages === 0 || first.store.cursor(spec.name) !== null, `${spec.name} is incremental, but no page had a cursor`)
  }
  const again = await readEverything(subject, { store: first.store })
  mustWriteNothing(again, 'a second read without a change')
  for (const spec of first.specs) mustReadLess(spec, first, again, fixture.rereads)
  await needed(fixture.change?.bind(fixture), 'change()')()
  const followed = await readEverything(subject, { store: first.store })
  const written = [...followed.results.values()].reduce((sum, result) => sum + result.inserted + result.updated + result.deleted, 0)
  must(written > 0, 'the change of the source was not noticed')
  const fresh = await readEverything(subject)
  mustEqual(followed.store, fresh.store, { specs: fresh.specs, what: 'after the change', gone: true })
  mustWriteNothing(await readEverything(subject, { store: first.store }), 'a read after the change was read')
}

const mustWriteNothing = ({ results }: Reading, what: string): void => {
  for (const [stream, { inserted, updated, deleted }] of results)
    must(inserted + updated + deleted === 0, `${what} wrote to ${stream}: ${inserted} inserted, ${updated} updated, ${deleted} deleted`)
}

const mustReadLess = (spec: StreamSpec, first: Reading, again: Reading, rereads: string | undefined): void => {
  if (!spec.incremental || rereads !== undefined) return
  const before = first.results.get(spec.name)?.emitted ?? 0
  const now = again.results.get(spec.name)?.emitted ?? 0
  must(before === 0 || now < before, `${spec.name} is incremental, but an unchanged source gave all ${now} records again`)
}
