import type { Database } from '@inlet/db'
import { createLogger } from '@inlet/observability'
import { expect, it } from 'vitest'
import { processBatch } from './batch.js'
import { createNewKeys } from './new-keys.js'

it('leaves out a batch whose payload is gone, and counts it', async () => {
  const counted: string[] = []
  const metrics = {
    countBatch: (result: string) => void counted.push(result),
    countRecords: () => {},
    countBytes: () => {},
    setLastEventDelay: () => {},
  }
  const job = {
    v: 2 as const,
    runId: 'r',
    sourceId: 's',
    epoch: 1,
    seq: 1,
    version: 1,
    counts: { u: 1, d: 0, n: 0, q: 0 },
    bytes: 100_000,
    sha256: '',
    forwardedAt: 0,
  }
  const asked: string[] = []
  const payloads = {
    put: async () => {},
    get: async (name: string) => {
      asked.push(name)
      return null
    },
    remove: async (name: string) => void asked.push(`remove ${name}`),
  }
  const log = createLogger({ level: 'silent', name: 'test' })
  // Any use of the database would fail.
  const deps = { database: {} as Database, metrics, newKeys: createNewKeys(), onStored: () => void counted.push('stored'), log }
  await processBatch(deps, job, { id: 'j', signal: new AbortController().signal, payloads })
  expect([counted, asked]).toEqual([['left_out'], ['r.1.1']])
})
