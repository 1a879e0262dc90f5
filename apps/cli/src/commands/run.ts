import type { RunView } from '@inlet/contract'
import { findUuid } from '@inlet/domain'
import { type ApiClient, ApiProblem } from '../client/api-client.js'
import { followRun } from '../client/follow-run.js'
import { EXIT, exitOfOutcome } from '../output/exit-codes.js'
import { printable, toClock } from '../output/format.js'
import { isForPeople, outputOf, toStreamLine } from '../output/print.js'
import { runLines } from '../resources/run-lines.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'

export interface RunFlags extends RemoteFlags {
  readonly follow?: boolean
  readonly allowMassDelete?: boolean
}

/** `inlet run`: starts a run; with --follow shows its progress and returns its outcome as the exit code. */
export const runSource = async (ref: string, flags: RunFlags, context: CommandContext): Promise<number> => {
  const api = openApi(flags, context)
  const { runId } = await api
    .call<{ runId: string }>('POST', `/v1/sources/${encodeURIComponent(ref)}/run`, flags.allowMassDelete ? { allowMassDelete: true } : {})
    .catch((error: unknown) => joinActive(error, flags))
  if (!flags.follow) {
    show(context, flags, { runId }, { lines: () => [`Run ${runId} is queued. See it with: inlet runs get ${runId}`], names: () => [runId] })
    return EXIT.done
  }
  return followToEnd(api, { source: ref, runId }, flags, context)
}

/** Shows the progress of a run to its end; returns its outcome as the exit code. */
export const followToEnd = async (
  api: ApiClient,
  { source, runId }: { readonly source: string; readonly runId: string },
  flags: RemoteFlags,
  { terminal, stopped }: CommandContext,
): Promise<number> => {
  const stopping = new AbortController()
  void stopped.then(() => stopping.abort())
  let run: RunView | null = null
  for await (run of followRun(api, { source, runId, signal: stopping.signal })) {
    const now = run
    if (isForPeople(flags)) terminal.block(progressLines(now, Date.now()))
    else if (outputOf(flags) !== 'name') terminal.line(toStreamLine(flags, now, () => ''))
  }
  terminal.endBlock()
  if (run === null || run.status !== 'ended') throw new Error(`stopped following; the run continues: inlet runs get ${runId}`)
  if (isForPeople(flags)) for (const line of runLines(run, source)) terminal.line(line)
  else if (outputOf(flags) === 'name') terminal.line(runId)
  return exitOfOutcome(run.outcome)
}

/** With --follow, an already active run is followed; otherwise the API's refusal is reported. */
const joinActive = (error: unknown, { follow, allowMassDelete }: RunFlags): { runId: string } => {
  const active = error instanceof ApiProblem && error.code === 'RUN_IN_PROGRESS' ? findUuid(error.message) : null
  if (!follow || allowMassDelete || active === null) throw error
  return { runId: active }
}

/** Shows the progress of a run and, if it is parked, until when, since nothing changes before. `now` in ms. */
export const progressLines = ({ status, outcome, counts, progress, parkedReason, wakeAt }: RunView, now: number): readonly string[] => {
  const streams = Object.keys((progress['streams'] as object | undefined) ?? {})
  const stored = counts.inserted + counts.updated
  const moved = printable(
    `${outcome ?? status}: ${counts.read} read, ${stored} stored, ${counts.unchanged} unchanged, ${counts.quarantined} quarantined  ${streams.join(', ')}`,
  )
  if (status !== 'parked') return [moved]
  const until = wakeAt === null ? '' : ` until ${toClock(wakeAt, now)}`
  const why = parkedReason === null ? '' : ` (${parkedReason})`
  return [moved, printable(`parked${until}${why}; Ctrl-C leaves the run as it is`)]
}

/** `inlet runs cancel`: what it has stored stays. */
export const cancelRun = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const answer = await openApi(flags, context).call<{ result: string }>('POST', `/v1/runs/${encodeURIComponent(id)}/cancel`)
  show(context, flags, answer, {
    lines: () => [answer.result === 'ended' ? 'It has stopped.' : 'Its worker stops it within seconds.'],
    names: () => [id],
  })
}
