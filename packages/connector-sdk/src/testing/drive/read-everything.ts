import type { StreamSpec } from '../../connector.js'
import type { Subject } from '../checks/subject.js'
import { createRecordStore, type RecordStore } from '../store/record-store.js'
import { type SessionOptions, streamsOf, withSession } from './session.js'
import { runStream, type StreamResult, type StreamRunOptions } from './stream-run.js'

export interface Reading {
  readonly store: RecordStore
  readonly specs: readonly StreamSpec[]
  readonly results: ReadonlyMap<string, StreamResult>
}

/** Reads all streams one after the other with one connection, into an empty store unless one is given. */
export const readEverything = async (subject: Subject, options: SessionOptions = {}, run: StreamRunOptions = {}): Promise<Reading> => {
  const store = options.store ?? createRecordStore()
  return withSession(subject, { ...options, store }, async (session) => {
    const specs = await streamsOf(session)
    const results = new Map<string, StreamResult>()
    for (const spec of specs) results.set(spec.name, await runStream(session, spec, run))
    return { store, specs, results }
  })
}

export const sumOf = (results: Reading['results'], field: 'emitted' | 'inserted' | 'updated' | 'deleted' | 'pages'): number =>
  [...results.values()].reduce((sum, result) => sum + result[field], 0)
