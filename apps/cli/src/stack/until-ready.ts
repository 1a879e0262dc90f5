import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

export interface ReadyWait {
  /** The API's. */
  readonly url: string
  readonly logFile: string
  /** The wait ends with the signal's reason. */
  readonly signal: AbortSignal
  /** Called with what is not ready, once that has lasted for a while. */
  readonly notice: (message: string) => void
  /** How long nothing may change, and after how long users are notified (ms). */
  readonly timeoutMs?: number
  readonly notifyAfterMs?: number
}

const TIMEOUT_MS = 60_000
const NOTIFY_AFTER_MS = 3_000
const LOOK_MS = 100
const ANSWER_MS = 10_000
const SILENT = 'the api does not answer'
/** A process may take several seconds to load on a small machine, which nobody needs to hear about. */
const TIMES_SILENT = 5
const answerSchema = z.object({ checks: z.array(z.object({ name: z.string(), ok: z.boolean(), reason: z.string().optional() })) })

/** Waits until the API is ready, for as long as something changes. Throws with what was not ready at last, or the signal's reason. */
export const untilReady = async ({ url, logFile, signal, notice, ...limits }: ReadyWait): Promise<void> => {
  const { timeoutMs = TIMEOUT_MS, notifyAfterMs = NOTIFY_AFTER_MS } = limits
  let state = ''
  let since = performance.now()
  let noticed = ''
  for (;;) {
    signal.throwIfAborted()
    const now = await whatIsMissing(url)
    if (now === null) return
    if (now !== state) {
      state = now
      since = performance.now()
    }
    const lastedMs = performance.now() - since
    if (lastedMs > timeoutMs) throw new Error(`not ready: ${state}\n  see ${url}/ready and ${logFile}`)
    if (lastedMs > notifyAfterMs * (state === SILENT ? TIMES_SILENT : 1) && noticed !== state) {
      noticed = state
      notice(`not ready yet: ${state}`)
    }
    await delay(LOOK_MS)
  }
}

/** Returns null when all is ready; otherwise what /ready reports. */
const whatIsMissing = async (url: string): Promise<string | null> => {
  const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => null)
  if (response === null) return SILENT
  if (response.ok) return null
  const answer = answerSchema.safeParse(await response.json().catch(() => null))
  const missing = (answer.data?.checks ?? []).filter(({ ok }) => !ok).map(({ name, reason }) => (reason === undefined ? name : `${name}: ${reason}`))
  return missing.length > 0 ? missing.join('; ') : `the api answers with status ${response.status}`
}
