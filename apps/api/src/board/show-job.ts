import type { JobNames } from '@inlet/db'
import { z } from 'zod'

/** The parts of a job's data that may be shown: ids and sizes, never records, settings or secrets. */
const SHOWN = ['sourceId', 'runId', 'callId', 'epoch', 'seq', 'version', 'counts', 'bytes'] as const

type Data = Readonly<Record<string, unknown>>
const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null

/** Returns the data of a job without its content. Pure. */
export const showJobData = (data: unknown): object => {
  if (!isData(data)) return {}
  const shown = Object.fromEntries(SHOWN.flatMap((name) => (name in data ? [[name, data[name]]] : [])))
  return 'payload' in data ? { ...shown, payload: 'records are not shown here' } : shown
}

/** Returns the console page for what a job concerns. Pure. */
export const linkOf = (data: unknown): { displayText: string; href: string } | undefined => {
  if (!isData(data)) return undefined
  if (typeof data['runId'] === 'string') return { displayText: 'Run', href: `/runs/${data['runId']}` }
  return typeof data['sourceId'] === 'string' ? { displayText: 'Source', href: `/sources/${data['sourceId']}` } : undefined
}

const job = z.looseObject({
  name: z.string(),
  data: z.looseObject({ runId: z.string().optional(), sourceId: z.string().optional(), callId: z.string().optional(), seq: z.number().optional() }),
})
/** A job in the board's responses; only these members matter here. */
export type ShownJob = z.infer<typeof job>

const answer = z.union([
  z.looseObject({ queues: z.array(z.looseObject({ jobs: z.array(job) })) }),
  z.looseObject({ job }).transform((one) => ({ ...one, queues: null })),
])

/** Returns the jobs in a response of the board, for modification in place; empty if there are none. */
export const jobsOf = (body: unknown): readonly Record<string, unknown>[] => {
  if (!answer.safeParse(body).success) return []
  const { queues, job: one } = body as {
    readonly queues?: readonly { readonly jobs: Record<string, unknown>[] }[]
    readonly job?: Record<string, unknown>
  }
  return [...(queues ?? []).flatMap(({ jobs }) => jobs), ...(one === undefined ? [] : [one])]
}

/** Returns the ids that jobs refer to. */
export const idsOf = (jobs: readonly ShownJob[]) => {
  const all = (name: 'runId' | 'sourceId' | 'callId'): readonly string[] => [...new Set(jobs.flatMap(({ data }) => data[name] ?? []))]
  return { runs: all('runId'), sources: all('sourceId'), calls: all('callId') }
}

/** Describes what a job concerns, and how its run ended: a job succeeds even if its run has failed. Pure. */
export const describeJob = ({ name, data }: ShownJob, names: JobNames): { readonly name: string; readonly failure: string | null } => {
  const run = data.runId === undefined ? undefined : names.runs.get(data.runId)
  const call = data.callId === undefined ? undefined : names.calls.get(data.callId)
  const slug = run?.slug ?? (data.sourceId === undefined ? undefined : names.sources.get(data.sourceId))
  if (call !== undefined) return { name: call.slug === null ? call.kind : `${call.kind} of ${call.slug}`, failure: null }
  if (slug === undefined) return { name, failure: null }
  if (name === 'batch') return { name: `batch ${data.seq ?? ''} of ${slug}`, failure: null }
  if (name !== 'run' || run === undefined) return { name: `${name} of ${slug}`, failure: null }
  const failed = run.outcome === 'failed'
  return {
    name: `run of ${slug}: ${run.outcome ?? run.status}${failed && run.reason !== null ? ` (${run.reason})` : ''}`,
    failure: failed ? `${run.reason ?? 'INTERNAL'}: ${run.message ?? ''}` : null,
  }
}
