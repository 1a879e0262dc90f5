import type { CommandContext } from './context.js'
import { openApi, type RemoteFlags, show } from './remote.js'

/** `inlet runs cancel`: what it has stored stays. */
export const cancelRun = async (id: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const answer = await openApi(flags, context).call<{ result: string }>('POST', `/v1/runs/${encodeURIComponent(id)}/cancel`)
  show(context, flags, answer, {
    lines: () => [answer.result === 'ended' ? 'It has stopped.' : 'Its worker stops it within seconds.'],
    names: () => [id],
  })
}
