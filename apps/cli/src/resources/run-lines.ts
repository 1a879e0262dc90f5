import type { RunView } from '@inlet/contract'
import { toPairs, toSpan } from '../output/format.js'
import { toNextStep } from '../output/next-step.js'

/** Formats how long a run took, or has taken so far; `now` in ms. */
export const spanOfRun = ({ startedAt, finishedAt }: RunView, now: number): string =>
  startedAt === null ? '–' : toSpan(Math.round(((finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt)) / 1_000))

/** Formats a run in detail. @param source the slug of its source, if known */
export const runLines = (run: RunView, source = run.sourceId): readonly string[] =>
  toPairs([
    ['run', run.id],
    ['status', run.status],
    ['outcome', run.outcome],
    ['trigger', run.trigger],
    ['attempt', run.attempt],
    ['version', run.version],
    ['took', spanOfRun(run, Date.now())],
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
    ['continues at', run.wakeAt],
    ['error', run.error === null ? null : `${run.error.reason}: ${run.error.message}`],
    ['  what to do', run.error === null ? null : toNextStep(run.error.reason, run.error.next, source)],
  ])
