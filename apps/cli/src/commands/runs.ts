import type { RunView, SourceSummary } from '@inlet/contract'
import { collect, listAll } from '../client/list-all.js'
import { toRelative, toSpan } from '../output/moments.js'
import { toNextStep } from '../output/next-step.js'
import { toPairs, toTable } from '../output/table.js'
import type { CommandContext } from './context.js'
import { openApi, type RemoteFlags, show } from './remote.js'

export interface ListRunsFlags extends RemoteFlags {
  readonly source?: string
  readonly status?: string
  readonly outcome?: string
  readonly limit: number
}

const spanOf = ({ startedAt, finishedAt }: RunView, now: number): string =>
  startedAt === null ? '–' : toSpan(Math.round(((finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt)) / 1_000))

/** `inlet runs`: newest first. */
export const listRuns = async (flags: ListRunsFlags, context: CommandContext): Promise<void> => {
  const api = openApi(flags, context)
  const { source, status, outcome, limit } = flags
  const items = await collect(listAll<RunView>(api, '/v1/runs', { source, status, outcome, limit }))
  const names = new Map<string, string>()
  if (!flags.json && items.length > 0) for await (const one of listAll<SourceSummary>(api, '/v1/sources', {})) names.set(one.id, one.slug)
  const now = Date.now()
  show(context, flags, { items }, () =>
    items.length === 0
      ? ['No runs.']
      : toTable(
          ['RUN', 'SOURCE', 'TRIGGER', 'STATUS', 'OUTCOME', 'BEGAN', 'TOOK', 'READ', 'NEW', 'CHANGED', 'DELETED', 'QUARANTINED'],
          items.map((run) => [
            run.id,
            names.get(run.sourceId) ?? run.sourceId,
            run.trigger,
            run.status,
            run.outcome ?? '–',
            toRelative(run.startedAt, now),
            spanOf(run, now),
            ...[run.counts.read, run.counts.inserted, run.counts.updated, run.counts.deleted, run.counts.quarantined].map(String),
          ]),
        ),
  )
}

/** `inlet runs get`: one run with its progress. */
export const getRun = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const run = await openApi(flags, context).call<RunView>('GET', `/v1/runs/${encodeURIComponent(id)}`)
  show(context, flags, run, () => runLines(run))
}

/** `inlet runs cancel`: what it has stored stays. */
export const cancelRun = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const answer = await openApi(flags, context).call<{ result: string }>('POST', `/v1/runs/${encodeURIComponent(id)}/cancel`)
  show(context, flags, answer, () => [answer.result === 'ended' ? 'It has stopped.' : 'Its worker stops it within seconds.'])
}

/** All of a run that people ask for. @param source the slug of its source, if it is known */
export const runLines = (run: RunView, source = run.sourceId): readonly string[] =>
  toPairs([
    ['run', run.id],
    ['status', run.status],
    ['outcome', run.outcome],
    ['trigger', run.trigger],
    ['attempt', run.attempt],
    ['version', run.version],
    ['took', spanOf(run, Date.now())],
    ['read', run.counts.read],
    ['new', run.counts.inserted],
    ['changed', run.counts.updated],
    ['unchanged', run.counts.unchanged],
    ['deleted', run.counts.deleted],
    ['quarantined', run.counts.quarantined],
    ...run.warnings.map(({ reason, message }): [string, string] => ['warning', `${reason}: ${message}`]),
    ...run.caveats
      .filter(({ kind }) => !run.warnings.some(({ reason }) => reason === kind))
      .map(({ kind, message }): [string, string] => ['caveat', `${kind}: ${message}`]),
    ['parked', run.parkedReason],
    ['goes on at', run.wakeAt],
    ['error', run.error === null ? null : `${run.error.reason}: ${run.error.message}`],
    ['  what to do', run.error === null ? null : toNextStep(run.error.reason, run.error.next, source)],
  ])
