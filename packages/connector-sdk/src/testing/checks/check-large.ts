import { streamsOf, withSession } from '../drive/session.js'
import { createMemoryProbe } from '../probes/memory.js'
import { must, needed } from '../violation.js'
import type { Check } from './subject.js'

const MIB = 1024 * 1024
const MAX_RSS_GROWTH = 150 * MIB
/** Live memory after garbage collection: a few pages and buffers. */
const MAX_LIVE_GROWTH = 64 * MIB
const SAMPLE_EVERY_PAGES = 25

/** Check 14: many records pass with flat memory. Nothing is stored, so that only the connector's own memory counts. */
export const checkLarge: Check = async (subject) => {
  const { records, stream, ...variant } = await needed(subject.fixture.large?.bind(subject.fixture), 'large()')()
  const memory = createMemoryProbe()
  let emitted = 0
  let pages = 0
  await withSession(subject, { variant }, async (session) => {
    const specs = await streamsOf(session)
    const chosen = specs.filter((spec) => stream === undefined || spec.name === stream)
    must(chosen.length > 0, `there is no stream ${stream}`)
    for (const spec of chosen) {
      for await (const page of subject.connector.read(session.connection, {
        stream: spec.name,
        cursor: null,
        signal: new AbortController().signal,
      })) {
        emitted += page.records.length
        if (pages++ % SAMPLE_EVERY_PAGES === 0) memory.sample()
      }
    }
    memory.sample()
  })
  must(emitted >= records, `${emitted} of ${records} records came`)
  const { rss, live } = memory.growth()
  must(live < MAX_LIVE_GROWTH, `live memory grew by ${Math.round(live / MIB)} MiB while ${emitted} records were read`)
  must(rss < MAX_RSS_GROWTH, `resident memory grew by ${Math.round(rss / MIB)} MiB while ${emitted} records were read`)
}
