import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { RunView, WhyView, WorkerView } from '@inlet/contract'
import { createDatabase, insertApiKey } from '@inlet/db'
import { createApiKey, parseKeyring } from '@inlet/security'
import { createTestDatabase, type TestDatabase, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Cluster, createCluster } from '../harness/cluster.js'

const LIBRARY = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`).find((file) => existsSync(file))

/** A process whose wall clock is another than the database's; its monotonic clock is right, as after a wrong setting. */
const clock = (spec: string): Readonly<Record<string, string>> => ({
  LD_PRELOAD: LIBRARY ?? '',
  FAKETIME: spec,
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
})

const ROWS = 5_000

describe.skipIf(LIBRARY === undefined)('processes with other clocks than the database (needs libfaketime)', () => {
  let folder: string
  let store: TestDatabase
  let cluster: Cluster
  let url: string
  let key: string
  const call = async <T>(method: 'GET' | 'POST', address: string, body?: object): Promise<T> => {
    const response = await fetch(url + address, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return (await response.json()) as T
  }
  const lastRun = async (): Promise<RunView> => {
    const { items } = await call<{ items: readonly [RunView] }>('GET', '/v1/runs?source=rows&limit=1')
    return items[0]
  }
  const workers = async (): Promise<readonly WorkerView[]> =>
    (await call<{ items: readonly WorkerView[] }>('GET', '/v1/workers')).items.filter(({ role }) => role === 'worker')
  const write = (mark: string): void =>
    writeFileSync(path.join(folder, 'rows.csv'), `id,mark\n${Array.from({ length: ROWS }, (_, n) => `${n},${mark}`).join('\n')}\n`)
  /**
   * Waits for the end of the run, which has written so many records (inserted, updated, deleted). On a very busy machine it may lose its lease of 3 s
   * whatever the clocks say; a wrong comparison of clocks would lose it every time, so one of five runs must keep it. Returns
   * how many batches of that one were fenced.
   */
  const fencedOf = async (written: readonly number[]): Promise<number> => {
    for (let n = 1; ; n += 1) {
      await until(async () => (await lastRun()).status === 'ended', { timeoutMs: 240_000, what: 'the end of the run' })
      const { outcome, error, attempt, counts, batches } = await lastRun()
      const { inserted, updated, deleted } = counts
      expect([outcome, error, inserted, updated, deleted]).toEqual(['ok', null, ...(n === 1 ? written : [0, ROWS + 1, 0])])
      if (attempt === 1) return batches.fenced
      expect(n).toBeLessThan(5)
      write(`${written.join(' ')}, again ${n}`)
      await call('POST', '/v1/sources/rows/run', {})
    }
  }

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'inlet-clocks-'))
    write('first')
    store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    // Short, so that a comparison of clocks that are 2.4 s apart would matter.
    cluster = createCluster({ databaseUrl: store.url, fileRoots: [folder], leaseMs: 3_000 })
    const [api] = await Promise.all([cluster.start('api'), cluster.start('worker', clock('+10s')), cluster.start('scribe', clock('-1.2s'))])
    url = `http://127.0.0.1:${api.opsPort}`
    const database = createDatabase({ url: store.url, applicationName: 'test', poolSize: 1 })
    const made = createApiKey(parseKeyring(cluster.encryptionKeys))
    key = made.plaintext
    await insertApiKey(database, { id: made.id, name: 'test', hash: made.hash, scopes: ['admin'], expiresAt: null }, 'test')
    await database.close()
    await until(async () => (await fetch(`${url}/ready`).catch(() => undefined))?.ok === true, { timeoutMs: 115_000, everyMs: 50, what: 'the api' })
  })
  afterAll(async () => {
    await cluster.close()
    await store.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('that are far off take nothing, and why says whose clock it is', async () => {
    await call('POST', '/v1/sources', { name: 'Rows', slug: 'rows', connector: 'file', config: { paths: ['rows.csv'], keyFields: ['id'] } })
    const why = async () => (await call<WhyView>('GET', '/v1/sources/rows/why')).blocker
    await until(async () => (await why()).code === 'CLOCK_SKEW', { timeoutMs: 60_000, what: 'the reason' })
    const { who, message } = await why()
    expect([who, message]).toEqual(['operator', expect.stringMatching(/clock of \S+ is (?:9\.\d|10\.\d) s ahead of the database's/u)])
    expect(await workers()).toMatchObject([{ refuses: 'clock', running: 0 }])
    expect(await lastRun()).toMatchObject({ status: 'queued' })
  })

  it('that are a little off, in both directions, read and store everything once', async () => {
    await cluster.start('worker', clock('+1.2s'))
    expect(await fencedOf([ROWS + 1, 0, 0])).toBe(0)
  })

  it('that run too fast stop taking jobs once they are off; others go on', async () => {
    await cluster.start('worker', clock('+0 x1.3'))
    const refusing = async () => (await workers()).filter(({ refuses }) => refuses === 'clock').length
    await until(async () => (await refusing()) === 2, { timeoutMs: 120_000, what: 'the fast clock to be noticed' })
    write('second')
    await call('POST', '/v1/sources/rows/run', {})
    expect(await fencedOf([0, ROWS + 1, 0])).toBe(0)
  })
})
