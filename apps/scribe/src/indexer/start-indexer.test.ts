import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os, { tmpdir } from 'node:os'
import path from 'node:path'
import { LAST } from '@inlet/runtime'
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

it('lowers the priority of an indexer once it has loaded', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'inlet-indexer-'))
  const [script, loaded] = [path.join(directory, 'indexer.mjs'), path.join(directory, 'loaded')]
  writeFileSync(
    script,
    `import { writeFileSync } from 'node:fs'
     import os from 'node:os'
     writeFileSync(${JSON.stringify(loaded)} + '.part', JSON.stringify({ pid: process.pid, niceness: os.getPriority() }))
     await import('node:fs').then((fs) => fs.renameSync(${JSON.stringify(loaded)} + '.part', ${JSON.stringify(loaded)}))
     setInterval(() => process.send('alive'), 100)`,
  )
  const indexer = startIndexer(script, { error: () => {} })
  onTestFinished(async () => {
    await indexer.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  await until(() => existsSync(loaded))
  const { pid, niceness } = JSON.parse(readFileSync(loaded, 'utf8')) as { readonly pid: number; readonly niceness: number }
  expect(niceness).toBe(os.getPriority())
  await until(() => os.getPriority(pid) === Math.max(LAST, niceness))
})
