import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { RunView, WhyView } from '@inlet/contract'
import { createDatabase, insertApiKey } from '@inlet/db'
import { createApiKey, parseKeyring } from '@inlet/security'
import { canMountDisk, createTestDatabase, mountSmallDisk, until } from '@inlet/testing'
import { expect, inject, it, onTestFinished } from 'vitest'
import { makeZip } from '../../packages/connectors/src/parsing/fixtures/make-zip.js'
import { createCluster } from '../harness/cluster.js'

it.skipIf(!canMountDisk())('a full work folder fails the run with its cause, asks the operator, and heals by itself (needs mount)', async () => {
  using disk = mountSmallDisk(512)
  const workDir = disk?.folder ?? ''
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-disk-full-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(path.join(folder, 'in'))
  // Compressed once more, so that it has to be put into a file before it can be read.
  const archive = (bytes: number) =>
    gzipSync(makeZip([{ name: 'a.csv', content: `id,text\n1,${randomBytes(bytes).toString('base64')}\n`, stored: true }]))
  writeFileSync(path.join(folder, 'in/a.zip.gz'), archive(200_000))
  const store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
  const cluster = createCluster({ databaseUrl: store.url, fileRoots: [path.join(folder, 'in')], env: { INLET_WORK_DIR: workDir } })
  onTestFinished(async () => {
    await cluster.close()
    await store.drop()
  })
  const filler = path.join(workDir, 'filler')
  writeFileSync(filler, Buffer.alloc(400_000))
  const [api] = await Promise.all([cluster.start('api'), cluster.start('worker'), cluster.start('scribe')])
  const url = `http://127.0.0.1:${api.opsPort}`
  const database = createDatabase({ url: store.url, applicationName: 'test', poolSize: 1 })
  const key = createApiKey(parseKeyring(cluster.encryptionKeys))
  await insertApiKey(database, { id: key.id, name: 'test', hash: key.hash, scopes: ['admin'], expiresAt: null }, 'test')
  await database.close()
  const call = async <T>(method: 'GET' | 'POST', address: string, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${key.plaintext}`, 'content-type': 'application/json' }
    return (await (await fetch(url + address, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })).json()) as T
  }
  const lastRun = async (): Promise<RunView | undefined> =>
    (await call<{ items: readonly RunView[] }>('GET', '/v1/runs?source=archive&limit=1')).items[0]
  await until(async () => (await fetch(`${url}/ready`).catch(() => undefined))?.ok === true, { timeoutMs: 115_000, everyMs: 50, what: 'the api' })

  await call('POST', '/v1/sources', { name: 'Archive', connector: 'file', config: { paths: ['*.zip.gz'] } })
  await until(async () => (await lastRun())?.status === 'ended', { timeoutMs: 60_000, what: 'the end of the run' })
  const next = 'An operator has to free or add space on the disk that the message names; Inlet continues by itself.'
  expect(await lastRun()).toMatchObject({ outcome: 'failed', error: { reason: 'DISK_FULL', next }, counts: { quarantined: 0 } })
  const { blocker } = await call<WhyView>('GET', '/v1/sources/archive/why')
  expect(blocker).toMatchObject({ code: 'BACK_OFF', who: 'operator', reason: 'DISK_FULL', next, message: expect.stringContaining('work folder') })
  expect(readdirSync(workDir, { recursive: true }).filter((name) => String(name).includes('spool-'))).toEqual([])

  rmSync(filler)
  await until(async () => (await lastRun())?.outcome === 'ok', { timeoutMs: 120_000, what: 'the run that comes by itself' })
})
