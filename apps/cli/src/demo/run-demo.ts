import { setTimeout as delay } from 'node:timers/promises'
import type { RunView, SavedSource, SourceDetail } from '@inlet/contract'
import { type ApiClient, ApiProblem } from '../client/api-client.js'
import type { Terminal } from '../terminal/terminal.js'
import type { DemoSource } from './demo-sources.js'

interface Watched {
  readonly demo: DemoSource
  readonly sourceId: string
  readonly isNew: boolean
  run: RunView
}

export interface DemoResult {
  readonly stored: number
  readonly failed: readonly string[]
}

/** Registers the sources over the REST API (or runs existing ones), shows progress until every run has ended, and summarizes. */
export const runDemo = async (api: ApiClient, sources: readonly DemoSource[], terminal: Terminal): Promise<DemoResult> => {
  const watched: Watched[] = []
  for (const demo of sources) watched.push(await begin(api, demo))
  const known = watched.filter(({ isNew }) => !isNew).length
  terminal.line(
    known === 0
      ? `\n  Registered ${watched.length} sources over POST /v1/sources; ingesting:`
      : `\n  ${known} of ${watched.length} sources were registered before; running them again:`,
  )
  while (watched.some(({ run }) => run.status !== 'ended')) {
    terminal.block(watched.map((entry) => progressLine(entry, terminal)))
    await delay(200)
    await Promise.all(
      watched.map(async (entry) => {
        if (entry.run.status !== 'ended') entry.run = await api.call<RunView>('GET', `/v1/runs/${entry.run.id}`)
      }),
    )
  }
  terminal.block(watched.map((entry) => progressLine(entry, terminal)))
  terminal.endBlock()
  for (const { demo, run } of watched) if (run.error !== null) terminal.line(`\n  ${demo.request.slug}: ${run.error.message}\n    ${run.error.next}`)
  await summarize(api, watched, terminal)
  const stored = watched.reduce((sum, { run }) => sum + run.counts.inserted + run.counts.updated, 0)
  return {
    stored,
    failed: watched.filter(({ run }) => run.outcome === 'failed' || run.outcome === 'suspect_empty').map(({ demo }) => demo.request.slug),
  }
}

const begin = async (api: ApiClient, demo: DemoSource): Promise<Watched> => {
  const { slug } = demo.request
  const present = await api.call<SourceDetail>('GET', `/v1/sources/${slug}`).catch((error: unknown) => {
    if (error instanceof ApiProblem && error.status === 404) return null
    throw error
  })
  if (present === null) {
    const saved = await api.call<SavedSource>('POST', '/v1/sources', demo.request)
    if (saved.runId === null) throw new Error(`${slug} was registered without a run`)
    return { demo, sourceId: saved.id, isNew: true, run: await api.call<RunView>('GET', `/v1/runs/${saved.runId}`) }
  }
  // Ports and passwords of the demo may differ from last time; an unchanged definition creates no new version.
  const { config, secrets } = demo.request
  const change = sameJson(config, present.config)
    ? secrets === undefined
      ? null
      : { secrets }
    : { config, ...(secrets === undefined ? {} : { secrets }) }
  if (change !== null) await api.call('PATCH', `/v1/sources/${slug}`, change, { 'if-match': `"r${present.revision}"` })
  const started = await api.call<{ readonly runId: string }>('POST', `/v1/sources/${slug}/run`, {}).catch((error: unknown) => {
    if (error instanceof ApiProblem && error.code === 'RUN_IN_PROGRESS') return null
    throw error
  })
  const runId = started?.runId ?? (await api.call<SourceDetail>('GET', `/v1/sources/${slug}`)).activeRun?.id ?? present.lastRun?.id
  if (runId === undefined) throw new Error(`${slug} has no run to watch`)
  return { demo, sourceId: present.id, isNew: false, run: await api.call<RunView>('GET', `/v1/runs/${runId}`) }
}

/** Whether the saved JSON contains everything that is wanted: the API fills in defaults. */
const sameJson = (wanted: unknown, saved: unknown): boolean => {
  if (typeof wanted !== 'object' || wanted === null) return Object.is(wanted, saved)
  if (typeof saved !== 'object' || saved === null) return false
  if (Array.isArray(wanted))
    return Array.isArray(saved) && wanted.length === saved.length && wanted.every((item, index) => sameJson(item, saved[index]))
  return Object.entries(wanted).every(([key, value]) => sameJson(value, (saved as Record<string, unknown>)[key]))
}

const progressLine = ({ demo, run }: Watched, terminal: Terminal): string => {
  const mark = run.status !== 'ended' ? '…' : run.outcome === 'ok' || run.outcome === 'ok_nothing_new' ? '✔' : '✘'
  const state = run.status === 'ended' ? (run.outcome ?? '') : run.status
  return `  ${mark} ${demo.request.slug.padEnd(14)} ${state.padEnd(15)} ${String(run.counts.read).padStart(6)} read ${terminal.dim(demo.what)}`
}

const summarize = async (api: ApiClient, watched: readonly Watched[], terminal: Terminal): Promise<void> => {
  terminal.line(
    `\n  ${'source'.padEnd(14)} ${'new'.padStart(7)} ${'changed'.padStart(8)} ${'unchanged'.padStart(10)} ${'deleted'.padStart(8)} ${'stored in all'.padStart(14)}`,
  )
  for (const { demo, run, sourceId } of watched) {
    const { streams } = await api.call<SourceDetail>('GET', `/v1/sources/${sourceId}`)
    const total = streams.reduce((sum, { liveRecords }) => sum + liveRecords, 0)
    const { inserted, updated, unchanged, deleted } = run.counts
    terminal.line(
      `  ${demo.request.slug.padEnd(14)} ${String(inserted).padStart(7)} ${String(updated).padStart(8)} ${String(unchanged).padStart(10)} ${String(deleted).padStart(8)} ${String(total).padStart(14)}`,
    )
  }
}
