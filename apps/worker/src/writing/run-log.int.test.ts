import { finishRun, listLogLines } from '@inlet/db'
import { createSecretRegistry } from '@inlet/observability'
import { openTestStore, type TestStore, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createRunLogs } from './run-log.js'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

const errors: unknown[] = []
const secrets = createSecretRegistry()
const openLogs = () => createRunLogs({ database: store.database, secrets, onError: (error) => errors.push(error) })
const linesOf = (runId: string) => listLogLines(store.database, { runId, afterId: '0', limit: 1_000_000 })

describe('the log of a run', () => {
  it('contains what the connector logs during the run, without secrets', async () => {
    const run = await store.lease(await store.addSource())
    secrets.add('canary-4711', 60_000)
    const logs = openLogs()
    const connector = logs.sinkOf(run.sourceId)
    connector.warn({}, 'before the run')
    const log = logs.open(run)
    connector.debug({}, 'a detail')
    connector.warn({ stream: 'rows', url: 'http://x/?token=abcdefgh', err: new Error('no') }, 'with canary-4711\0')
    await until(async () => (await linesOf(run.runId)).length === 1)
    await log.close()
    connector.warn({}, 'after the run')
    expect(await linesOf(run.runId)).toMatchObject([
      { level: 'warn', stream: 'rows', attempt: 1, message: 'with [redacted] url=http://x/?token=[redacted] err=no' },
    ])
    expect(errors).toEqual([])
  })

  it('is empty for a run that found nothing and warned of nothing', async () => {
    const run = await store.lease(await store.addSource())
    const log = openLogs().open(run)
    log.add('info', 'reading')
    expect(await log.take(false)).toEqual([])
    await log.close()
    expect(await linesOf(run.runId)).toEqual([])
  })

  it('hands its last lines to the end of the run, which stores them', async () => {
    const run = await store.lease(await store.addSource())
    const log = openLogs().open(run)
    log.add('info', 'reading')
    log.add('info', 'read 3 records')
    await finishRun(store.database, { runId: run.runId, epoch: run.epoch, streams: [], log: await log.take(true) })
    await log.close()
    expect(await linesOf(run.runId)).toMatchObject([
      { level: 'info', stream: null, attempt: 1, message: 'reading' },
      { level: 'info', stream: null, attempt: 1, message: 'read 3 records' },
    ])
  })

  it('ends at 100,000 lines and says so', async () => {
    const run = await store.lease(await store.addSource())
    const log = openLogs().open(run)
    for (let n = 0; n < 100_010; n++) log.add('warn', `line ${n}`)
    await log.close()
    const lines = await linesOf(run.runId)
    expect([lines.length, lines[0]?.message, lines.at(-1)?.message]).toEqual([100_001, 'line 0', 'after 100000 lines the rest is left out'])
    expect(errors).toEqual([])
  })
})
