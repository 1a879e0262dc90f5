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

/** Reads all streams with one connection, as many at a time as the connector allows, into an empty store unless one is given. */
export const readEverything = async (subject: Subject, options: SessionOptions = {}, run: StreamRunOptions = {}): Promise<Reading> => {
  const store = options.store ?? createRecordStore()
  return withSession(subject, { ...options, store }, async (session) => {
    const specs = await streamsOf(session)
    const results = new Map<string, StreamResult>()
    const waiting = specs.values()
    const readNext = async (): Promise<void> => {
      for (const spec of waiting) results.set(spec.name, await runStream(session, spec, run))
    }
    await Promise.all(Array.from({ length: subject.connector.parallelStreams ?? 1 }, readNext))
    return { store, specs, results }
  })
}

export const sumOf = (results: Reading['results'], field: 'emitted' | 'inserted' | 'updated' | 'deleted' | 'pages'): number =>
  [...results.values()].reduce((sum, result) => sum + result[field], 0)
