import type { HookReplay } from '@inlet/contract'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'

export interface ReplayFlags extends RemoteFlags {
  readonly id?: readonly string[]
  readonly from?: string
  readonly to?: string
}

/** `inlet hooks replay`: reads stored events again. */
export const replayHooks = async (ref: string, flags: ReplayFlags, context: CommandContext): Promise<void> => {
  const { id: ids, from, to } = flags
  const chosen = { ...(ids === undefined ? {} : { ids }), ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  const answer = await openApi(flags, context).call<HookReplay>('POST', `/v1/sources/${encodeURIComponent(ref)}/hooks/replay`, chosen)
  const { replayed, runId } = answer
  show(context, flags, answer, {
    lines: () => [`${replayed} read once more${runId === null ? '' : ` by run ${runId}`}.`],
    names: () => (runId === null ? [] : [runId]),
  })
}
