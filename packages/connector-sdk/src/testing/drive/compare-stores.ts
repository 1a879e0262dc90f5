import type { StreamSpec } from '../../connector.js'
import type { RecordStore } from '../store/record-store.js'
import { must } from '../violation.js'

/** Throws unless both stores hold the same records. With `deletes: none`, an older store may hold records that have since disappeared. */
export const mustEqual = (
  actual: RecordStore,
  expected: RecordStore,
  { specs, what, gone = false }: { specs: readonly StreamSpec[]; what: string; gone?: boolean },
): void => {
  for (const spec of specs) {
    const have = actual.snapshot(spec.name)
    const want = expected.snapshot(spec.name)
    const missing = [...want.keys()].filter((key) => !have.has(key))
    const changed = [...want].filter(([key, hash]) => have.has(key) && have.get(key) !== hash).map(([key]) => key)
    const extra = gone && spec.deletes === 'none' ? [] : [...have.keys()].filter((key) => !want.has(key))
    must(missing.length === 0, `${what}: ${spec.name} lacks ${some(missing)}`)
    must(changed.length === 0, `${what}: ${spec.name} has other content for ${some(changed)}`)
    must(extra.length === 0, `${what}: ${spec.name} has too much: ${some(extra)}`)
  }
}

const some = (keys: readonly string[]): string => `${keys.length} records (${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''})`
