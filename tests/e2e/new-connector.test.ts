import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { AcceptanceFixture } from '@inlet/connector-sdk/testing'
import { createDatabase, insertApiKey } from '@inlet/db'
import { createApiKey, parseKeyring } from '@inlet/security'
import { createTestDatabase, type TestDatabase, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createApiClient } from '../../apps/cli/src/client/api-client.js'
import { openNotebookFixture } from '../docs/notebook-server.js'
import { type Cluster, createCluster } from '../harness/cluster.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)
/** Processes start from their sources. */
const SLOW = { timeoutMs: 60_000 }
const bin = (name: string): string => path.join(ROOT, 'node_modules/.bin', name)

describe('a connector of somebody else', () => {
  let home: string
  let folder: string
  let store: TestDatabase
  let cluster: Cluster
  let fixture: AcceptanceFixture
  beforeAll(async () => {
    home = mkdtempSync(path.join(tmpdir(), 'inlet-new-'))
    folder = path.join(home, 'acme-notes')
    fixture = await openNotebookFixture()
    store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    cluster = createCluster({ databaseUrl: store.url, egressAllow: fixture.allow ?? [] })
  })
  afterAll(async () => {
    await cluster.close()
    await fixture.close()
    await store.drop()
    rmSync(home, { recursive: true, force: true })
  })

  const scaffold = (...args: readonly string[]) =>
    run(process.execPath, [path.join(ROOT, 'scripts/new-connector.mjs'), ...args], { cwd: ROOT, env: { ...process.env, INIT_CWD: home } })

  it('is scaffolded, passes its tests and is built', async () => {
    const { stdout } = await scaffold('acme-notes', '--dir', 'acme-notes')
    expect(stdout).toContain(`INLET_CONNECTORS=${folder}`)
    // In place of npm install, which links the SDK in the same way.
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
    // All sixteen checks pass with this code in tests/docs; here it is about the package around it.
    const tested = await run(bin('vitest'), ['run', '-t', 'settings are strict|two full reads|every record has a key'], { cwd: folder })
    expect(tested.stdout).toMatch(/3 passed/)
    await run(bin('tsc'), [], { cwd: folder })
  })

  it.each([
    [['Acme'], 'cannot be the name of a connector'],
    [['file'], 'comes with Inlet'],
    [['acme-notes', '--dir', 'acme-notes'], 'is not empty'],
    [['one', 'two'], 'Use: npm run new:connector'],
    [['one', '--folder', 'x'], 'Use: npm run new:connector'],
  ])('is not scaffolded with %j', async (args, message) => {
    await expect(scaffold(...args)).rejects.toMatchObject({ code: 64, stderr: expect.stringContaining(message) })
  })

  it('ends processes that cannot use it, with all that is wrong', async () => {
    const broken = path.join(home, 'broken')
    await scaffold('broken', '--dir', 'broken')
    const api = await cluster.start('api', { INLET_CONNECTORS: `${broken},inlet-connector-none` })
    expect(await api.exited).toBe(78)
    expect(api.log()).toMatch(/INLET_CONNECTORS: .*broken: its entry .*dist\/index\.js does not exist; build it/)
    expect(api.log()).toMatch(/INLET_CONNECTORS: inlet-connector-none: it is not installed/)
  })

  it('is listed, waits for a worker that has it, and ingests', async () => {
    const env = { INLET_CONNECTORS: folder }
    const [api] = await Promise.all([cluster.start('api', env), cluster.start('scribe'), cluster.start('worker')])
    const keyring = parseKeyring(cluster.encryptionKeys)
    const key = createApiKey(keyring)
    const database = createDatabase({ url: store.url, applicationName: 'test', poolSize: 2 })
    await insertApiKey(database, { id: key.id, name: 'test', hash: key.hash, scopes: ['admin'], expiresAt: null }, 'test')
    await database.close()
    const client = createApiClient(`http://127.0.0.1:${api.opsPort}`, key.plaintext)
    const listed = await until(() => client.call<object>('GET', '/v1/connectors/acme_notes'), SLOW)
    expect(listed).toMatchObject({ type: 'acme_notes', origin: 'package', package: { name: 'inlet-connector-acme-notes', version: '0.1.0' } })
    expect(await client.call('GET', '/v1/connectors/file')).toMatchObject({ origin: 'built-in', package: null })

    const { config, secrets } = fixture
    const source = await client.call<{ id: string }>('POST', '/v1/sources', { name: 'Notes', connector: 'acme_notes', config, secrets })
    const why = () => client.call<{ blocker: { code: string } | null }>('GET', `/v1/sources/${source.id}/why`)
    await until(async () => (await why()).blocker?.code === 'CONNECTOR_MISSING', SLOW)

    await cluster.start('worker', env)
    const workers = () => client.call<{ items: readonly { connectors: readonly string[] }[] }>('GET', '/v1/workers')
    await until(async () => (await workers()).items.some(({ connectors }) => connectors.includes('acme_notes')), SLOW)
    // Whichever of the two workers is asked first.
    expect(await client.call('POST', `/v1/sources/${source.id}/check`, {})).toMatchObject({ ok: true, failure: null })
    await client.call('POST', `/v1/sources/${source.id}/start`)
    const found = await until(async () => {
      const { streams } = await client.call<{ streams: readonly { liveRecords: number }[] }>('GET', `/v1/sources/${source.id}`)
      return streams[0]?.liveRecords === 120 ? streams : null
    }, SLOW)
    expect(found).toMatchObject([{ name: 'notes', liveRecords: 120 }])
  })
})

/** What `npm run lint` would make of a file. */
const formatted = async (file: string, text: string): Promise<string> => {
  const running = run(bin('biome'), ['check', '--write', `--stdin-file-path=${file}`], { cwd: ROOT })
  running.child.stdin?.end(text)
  return (await running).stdout
}

describe('a connector that is to come with Inlet', () => {
  it('is written as the formatter wants it', async () => {
    const script: string = '../../scripts/new-connector/files.mjs'
    const { builtInFiles } = (await import(script)) as {
      builtInFiles: (names: object, read: (file: string) => string) => Readonly<Record<string, string>>
    }
    const files = builtInFiles({ name: 'acme-notes', type: 'acme_notes', title: 'Acme Notes' }, (file) => readFileSync(path.join(ROOT, file), 'utf8'))
    const code = Object.entries(files).filter(([file]) => file.endsWith('.ts'))
    expect(code).toHaveLength(3)
    for (const [file, text] of code) expect(await formatted(`packages/connectors/src/acme-notes/${file}`, text)).toBe(text)
  })

  it('gets its line in the registry', async () => {
    // A script in JavaScript without types.
    const script: string = '../../scripts/new-connector/registry-line.mjs'
    const { addToRegistry } = (await import(script)) as {
      addToRegistry: (text: string, names: { readonly name: string; readonly variable: string }) => string
    }
    const registry = readFileSync(path.join(ROOT, 'packages/connectors/src/registry.ts'), 'utf8')
    const text = addToRegistry(registry, { name: 'acme-notes', variable: 'acmeNotes' })
    expect(text).toMatch(/\nimport acmeNotes from '\.\/acme-notes\/index\.js'\nimport api from/)
    expect(text).toMatch(/= \[\n {2}acmeNotes,\n {2}api,\n/)
    expect(await formatted('packages/connectors/src/registry.ts', text)).toBe(text)
    const importsOf = (code: string): readonly string[] => code.match(/^import .*$/gmu) ?? []
    expect(importsOf(text).filter((line) => !importsOf(registry).includes(line))).toEqual(["import acmeNotes from './acme-notes/index.js'"])
    expect(importsOf(text)).toHaveLength(importsOf(registry).length + 1)
  })
})
