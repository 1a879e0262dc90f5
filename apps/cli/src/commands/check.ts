import type { CheckResult } from '@inlet/contract'
import { EXIT } from '../output/exit-codes.js'
import { toNextStep } from '../output/next-step.js'
import { printable } from '../output/printable.js'
import type { CommandContext } from './context.js'
import { openApi, type RemoteFlags, show } from './remote.js'

/** `inlet check`: checks whether the saved settings and secrets work. Returns the exit code. */
export const checkSource = async (ref: string, flags: RemoteFlags, context: CommandContext): Promise<number> => {
  const result = await openApi(flags, context).call<CheckResult>('POST', `/v1/sources/${encodeURIComponent(ref)}/check`, {})
  const { ok, failure, warnings, durationMs } = result
  show(context, flags, result, () =>
    failure === null
      ? [`ok (${durationMs} ms)`, ...warnings.map(({ code, message }) => `  ${code}: ${printable(message)}`)]
      : [`${failure.reason}: ${printable(failure.message)}`, `  ${printable(toNextStep(failure.reason, failure.next, ref))}`],
  )
  return ok ? EXIT.done : EXIT.failed
}
