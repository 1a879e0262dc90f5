import { timeoutSignal } from '@inlet/connector-sdk'
import { chooseStreams, type SingerConnection } from './connection.js'
import { parseMessage } from './read/message.js'
import { startStream } from './read/read-stream.js'
import { MAX_LINE_BYTES, splitLines } from './tap/split-lines.js'
import { toSlowTapFailure } from './tap/tap-failure.js'

const CHECK_MS = 9_000

/**
 * Discovers, then lets the tap read its first stream until a record appears, since many taps discover without logging in. A tap that has
 * described the stream and is still working when the time is up passes.
 */
export const checkTap = async (connection: SingerConnection, signal: AbortSignal): Promise<void> => {
  const timeout = timeoutSignal(CHECK_MS)
  const scoped = AbortSignal.any([signal, timeout])
  let described = false
  try {
    const [plan] = chooseStreams(await connection.catalog(scoped, true), connection.ctx.config)
    if (plan === undefined) return
    await using run = await startStream(connection, plan, { stream: plan.name, cursor: null, signal: scoped })
    for await (const lines of splitLines(run.output, MAX_LINE_BYTES)) {
      for (const line of lines) {
        const { type } = parseMessage(line.text)
        if (type === 'RECORD') return
        described ||= type === 'SCHEMA'
      }
    }
    await run.process.done
  } catch (thrown) {
    if (!timeout.aborted || signal.aborted) throw thrown
    if (!described) throw toSlowTapFailure(connection.lastWords(), CHECK_MS)
  }
}
