import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestContext, type TestContext } from '@inlet/connector-sdk/testing'
import { until } from '@inlet/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSampleData, PASSWORD, PROGRAMS } from './fixtures/singer-fixture.js'
import singer from './index.js'

let data: ReturnType<typeof createSampleData>
let workDir: string
const contexts: TestContext[] = []

beforeEach(async () => {
  data = createSampleData()
  workDir = await mkdtemp(path.join(tmpdir(), 'inlet-tap-'))
})
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close()
  data.remove()
  await rm(workDir, { recursive: true, force: true })
})

const open = async (settings: object, config: object = {}, programs = PROGRAMS) => {
  const context = await createTestContext({
    connector: singer,
    config: { tap: 'sample', settings: { data: data.file, ...settings }, ...config },
    secrets: { settings: { password: PASSWORD } },
    programs,
    workDir,
  })
  contexts.push(context)
  return { context, connection: await singer.connect(context) }
}

const collect = async (connection: Awaited<ReturnType<typeof open>>['connection'], stream: string, signal = new AbortController().signal) => {
  const pages = []
  for await (const page of singer.read(connection, { stream, cursor: null, signal })) pages.push(page)
  return pages
}
it('ends a tap that ignores SIGTERM together with what it started, and removes its files', async () => {
  const { connection } = await open({ mode: 'leaves a child' }, { streams: ['items'], pageRecords: 1 })
  const controller = new AbortController()
  const reading = collect(connection, 'items', controller.signal)
  reading.catch(() => undefined)
  const taps = async (): Promise<number[]> => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const lines = await Promise.all(pids.map(async (pid) => [Number(pid), await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')] as const))
    return lines.filter(([, environment]) => environment.includes(`HOME=${workDir}`)).map(([pid]) => pid)
  }
  await until(async () => (await taps()).length >= 2)
  controller.abort()
  await expect(reading).rejects.toMatchObject({ reason: 'CANCELLED' })
  // Only ended processes have no environment any more.
  await until(async () => (await taps()).length === 0)
  expect(await readdir(workDir)).toEqual([])
})

it('passes the tap its settings in a private file and nothing of the environment', async () => {
  const spy = [
    'const fs = require("node:fs"); const file = process.argv[process.argv.indexOf("--config") + 1];',
    'const record = { id: 1, config: JSON.parse(fs.readFileSync(file)), mode: fs.statSync(file).mode & 0o777, env: Object.keys(process.env), args: process.argv.length };',
    'console.log(JSON.stringify({ type: "SCHEMA", stream: "s", schema: {}, key_properties: ["id"] })); console.log(JSON.stringify({ type: "RECORD", stream: "s", record }))',
  ].join('\n')
  const programs = new Map([['sample', [process.execPath, '-e', spy, '--']]])
  const catalog = { streams: [{ tap_stream_id: 's', schema: {} }] }
  const { connection } = await open({ nested: { a: 1 } }, { catalog }, programs)
  const [page] = await collect(connection, 's')
  const seen = page?.records[0]?.data as { config: object; mode: number; env: string[] }
  expect(seen.config).toEqual({ data: data.file, nested: { a: 1 }, password: PASSWORD })
  expect(seen.mode).toBe(0o600)
  expect(seen.env.sort()).toEqual(['HOME', 'LANG', 'PATH', 'PYTHONDONTWRITEBYTECODE', 'PYTHONUNBUFFERED', 'TMPDIR', 'TZ'])
  expect(await readdir(workDir)).toEqual([])
})

it('removes what a killed worker left behind', async () => {
  const dead = path.join(workDir, 'tap-4194303999-abc')
  const own = path.join(workDir, `tap-${process.pid}-abc`)
  for (const folder of [dead, own]) {
    await mkdir(folder)
    await writeFile(path.join(folder, 'config.json'), '{}')
  }
  const { connection } = await open({})
  await collect(connection, 'shops')
  expect(await readdir(workDir)).toEqual([path.basename(own)])
  expect((await stat(own)).isDirectory()).toBe(true)
})

it('ends a tap that is silent', async () => {
  const { connection } = await open({ mode: 'is silent' }, { streams: ['items'], silenceSeconds: 1 })
  await expect(collect(connection, 'items')).rejects.toMatchObject({ reason: 'TIMEOUT' })
})

it('sweeps a full table only when its version was activated', async () => {
  const good = await open({})
  expect((await collect(good.connection, 'shops')).at(-1)?.sweep).toEqual({})
  const cut = await open({ mode: 'not activated' })
  const pages = await collect(cut.connection, 'shops')
  expect(pages.flatMap(({ records }) => records)).toHaveLength(40)
  expect(pages.every(({ sweep }) => sweep === undefined)).toBe(true)
  const rejected = await open({ mode: 'has a record without a key' })
  expect((await collect(rejected.connection, 'shops')).every(({ sweep }) => sweep === undefined)).toBe(true)
})

it('puts stderr into the log without secrets', async () => {
  const { connection, context } = await open({})
  await collect(connection, 'items')
  expect(context.logLines.some((line) => JSON.stringify(line).includes('starting with ***'))).toBe(true)
})
