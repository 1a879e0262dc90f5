import type { RunOutcome, RunStatus } from '@inlet/domain'
import type { Database } from '../database.js'

/** Readable names for what jobs in the queue refer to. */
export interface JobNames {
  readonly runs: ReadonlyMap<string, NamedRun>
  /** Slugs by source id. */
  readonly sources: ReadonlyMap<string, string>
  readonly calls: ReadonlyMap<string, { readonly kind: string; readonly slug: string | null }>
}

export interface NamedRun {
  readonly slug: string
  readonly status: RunStatus
  readonly outcome: RunOutcome | null
  readonly reason: string | null
  readonly message: string | null
}

/** Looks up runs, sources and calls by their ids; what is gone is missing from the result. */
export const nameJobs = async (
  { prisma }: Pick<Database, 'prisma'>,
  ids: { readonly runs: readonly string[]; readonly sources: readonly string[]; readonly calls: readonly string[] },
): Promise<JobNames> => {
  const [runs, calls] = await Promise.all([
    prisma.run.findMany({
      where: { id: { in: [...ids.runs] } },
      select: { id: true, sourceId: true, status: true, outcome: true, errorReason: true, errorMessage: true },
    }),
    prisma.call.findMany({ where: { id: { in: [...ids.calls] } }, select: { id: true, kind: true, sourceId: true } }),
  ])
  const wanted = [...ids.sources, ...runs.map(({ sourceId }) => sourceId), ...calls.flatMap(({ sourceId }) => sourceId ?? [])]
  const found = await prisma.source.findMany({ where: { id: { in: wanted } }, select: { id: true, slug: true } })
  const sources = new Map(found.map(({ id, slug }) => [id, slug]))
  return {
    sources,
    // Safe: only the statuses and outcomes of the domain are ever written.
    runs: new Map(
      runs.map(({ id, sourceId, status, outcome, errorReason, errorMessage }) => [
        id,
        {
          slug: sources.get(sourceId) ?? sourceId,
          status: status as RunStatus,
          outcome: outcome as RunOutcome | null,
          reason: errorReason,
          message: errorMessage,
        },
      ]),
    ),
    calls: new Map(calls.map(({ id, kind, sourceId }) => [id, { kind, slug: sourceId === null ? null : (sources.get(sourceId) ?? null) }])),
  }
}
