import { Failure } from '@inlet/connector-sdk'
import type { TapProcess } from './tap-process.js'

/** The chunks of a tap's stdout. Ends the tap with TIMEOUT when it writes neither there nor to stderr for that long while it is waited for. */
export async function* guardSilence(tap: TapProcess, silenceMs: number): AsyncGenerator<Buffer, void, void> {
  const chunks = tap.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let silent = false
  let timer: NodeJS.Timeout | undefined
  tap.onSign(() => timer?.refresh())
  for (;;) {
    timer = setTimeout(() => {
      silent = true
      void tap.stop()
    }, silenceMs)
    // A tap that is ended has its output destroyed; `done` says why.
    const step = await chunks.next().catch(() => ({ done: true, value: undefined }) as const)
    clearTimeout(timer)
    timer = undefined
    if (silent) throw new Failure('TIMEOUT', `the tap wrote nothing for ${Math.round(silenceMs / 1000)} s and was ended`)
    if (step.done === true) return
    yield step.value
  }
}
