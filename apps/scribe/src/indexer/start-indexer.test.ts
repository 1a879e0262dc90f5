import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { until } from '@inlet/testing'
import { expect, it, onTestFinished } from 'vitest'
import { startIndexer } from './start-indexer.js'

it('kills an indexer that a record keeps busy forever, and starts another one', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'inlet-indexer-'))
  const script = path.join(directory, 'indexer.mjs')
  writeFileSync(script, 'for (;;);')
  const killed: unknown[] = []
  const log = { error: (fields: object) => void ('silentMs' in fields && killed.push(fields)) }
  const indexer = startIndexer(script, log, { silentMs: 300 })
  onTestFinished(async () => {
    await indexer.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  await until(() => killed.length === 2)
  expect(killed[0]).toEqual({ pid: expect.any(Number), silentMs: 300 })
  expect(killed[1]).not.toEqual(killed[0])
})
