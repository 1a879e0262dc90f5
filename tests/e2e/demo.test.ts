import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@inlet/db/embedded'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const START_LIMIT_MS = 170_000

interface Demo {
  readonly child: ChildProcess
  /** Its data. */
  readonly folder: string
  output(): string
  readonly exited: Promise<number | null>
}

interface Stored {
  readonly outcome: string | undefined
  readonly inserted: number | undefined
  readonly updated: number | undefined
  /** Live records by stream. */
  readonly streams: Readonly<Record<string, number>>
}

const start = async (folder: string): Promise<Demo> => {
  const port = String(await freePort())
  const flags = [path.join(ROOT, 'apps/cli/dist/main.js'), 'demo', '--data', folder, '--port', port]
  // A process group of its own, to be killed as a whole.
  const child = spawn(process.execPath, flags, { cwd: ROOT, env: { PATH: process.env['PATH'], HOME: folder }, detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  return { child, folder, output: () => output, exited }
}

/** Waits until everything is ingested, and answers what the API says of each source. */
const ingested = async (demo: Demo): Promise<Readonly<Record<string, Stored>>> => {
  await until(() => demo.output().includes('Ctrl-C stops everything') || demo.child.exitCode !== null, {
    timeoutMs: START_LIMIT_MS,
    everyMs: 100,
    what: 'the demo',
  })
  // The output shows the key at the first start only.
  const { adminKey: key } = JSON.parse(readFileSync(path.join(demo.folder, 'settings.json'), 'utf8')) as { adminKey?: string }
  const [, url] = /(http:\/\/127\.0\.0\.1:\d+)\/docs/.exec(demo.output()) ?? []
  if (key === undefined || url === undefined) throw new Error(`the demo did not come up:\n${demo.output()}`)
  const get = async <T>(place: string): Promise<T> =>
    (await fetch(`${url}${place}`, { headers: { authorization: `Bearer ${key}` } })).json() as Promise<T>
  const stored: Record<string, Stored> = {}
  for (const slug of ['demo-git', 'demo-files', 'demo-web', 'demo-postgres', 'demo-api']) {
    const source = await get<{ streams?: { name: string; liveRecords: number }[]; lastRun?: { id: string } | null }>(`/v1/sources/${slug}`)
    if (source.streams === undefined) continue
    const run = await get<{ outcome?: string; counts?: { inserted: number; updated: number } }>(`/v1/runs/${source.lastRun?.id}`)
    stored[slug] = {
      outcome: run.outcome,
      inserted: run.counts?.inserted,
      updated: run.counts?.updated,
      streams: Object.fromEntries(source.streams.map(({ name, liveRecords }) => [name, liveRecords])),
    }
  }
  return stored
}

const stop = async (demo: Demo): Promise<number | null> => {
  demo.child.kill('SIGINT')
  return demo.exited
}

const countCommits = (): number => Number(execFileSync('git', ['rev-list', '--count', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }))
const countMarkdown = (): number =>
  1 + readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md')).length
const countPackages = (): number => {
  const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; link?: boolean }>
  }
  const installed = Object.entries(lock.packages).filter(([place, { link }]) => place.includes('node_modules/') && link !== true)
  return new Set(installed.map(([place, { version }]) => `${place.slice(place.lastIndexOf('node_modules/'))} ${version}`)).size
}

const hasHistory = existsSync(path.join(ROOT, '.git'))

describe.skipIf(!existsSync(path.join(ROOT, 'apps/cli/dist/main.js')))('inlet demo (skipped without a build: npm run build)', () => {
  let folder: string
  let demo: Demo | undefined
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'inlet-demo-'))
    // As root the server runs as another user, who must get in.
    chmodSync(folder, 0o755)
  })
  afterAll(async () => {
    if (demo !== undefined && demo.child.exitCode === null) await stop(demo)
    rmSync(folder, { recursive: true, force: true })
  })

  it('resumes after kill -9 of its process group in the middle, and stores exactly what the sources hold', async () => {
    const killed = await start(folder)
    await until(() => /[1-9]\d* read/.test(killed.output()) || killed.child.exitCode !== null, {
      timeoutMs: START_LIMIT_MS,
      everyMs: 20,
      what: 'the first records to be read',
    })
    process.kill(-(killed.child.pid ?? 0), 'SIGKILL')
    await killed.exited

    const commitsBefore = countCommits()
    demo = await start(folder)
    const stored = await ingested(demo)
    expect(stored['demo-postgres']?.streams).toMatchObject({ 'public.customers': 500, 'public.orders': 5_000 })
    expect(stored['demo-api']?.streams).toEqual({ packages: countPackages() })
    expect(stored['demo-files']?.streams).toMatchObject({ files: countMarkdown() })
    expect(stored['demo-web']?.streams).toEqual({ pages: countMarkdown() })
    // Somebody may commit while this runs.
    expect(stored['demo-git']?.streams['commits'] ?? commitsBefore).toBeGreaterThanOrEqual(hasHistory ? commitsBefore : 0)
    expect(stored['demo-git']?.streams['commits'] ?? 0).toBeLessThanOrEqual(hasHistory ? countCommits() : 0)
    expect(await stop(demo)).toBe(0)
  }, 400_000)

  it('finds nothing new the second time', async () => {
    demo = await start(folder)
    const stored = await ingested(demo)
    for (const [slug, { outcome, inserted, updated }] of Object.entries(stored).filter(([slug]) => slug !== 'demo-git'))
      expect({ slug, outcome, inserted, updated }).toEqual({ slug, outcome: 'ok_nothing_new', inserted: 0, updated: 0 })
    expect(await stop(demo)).toBe(0)
    expect(existsSync(path.join(folder, 'running.json'))).toBe(false)
  }, 400_000)
})
