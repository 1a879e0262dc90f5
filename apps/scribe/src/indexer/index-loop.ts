import type { Logger } from '@inlet/observability'
import { sleep } from '@inlet/runtime'

export interface IndexLoopDeps {
  /** Indexes what is pending; null when another process is indexing. */
  readonly index: (signal: AbortSignal) => Promise<number | null>
  /** Whether anything is pending. */
  readonly waits: () => Promise<boolean>
  readonly log: Pick<Logger, 'warn' | 'debug'>
}

export interface IndexLoop {
  /** Reports that something was stored. */
  wake(): void
  /** Aborts the work in progress and waits for it. */
  stop(): Promise<void>
}

/** How often to look for work without being woken: another scribe may have left work and died. */
const IDLE_MS = 15_000
/** At most one pass in this time, so that many small batches become few segments. The first pass after a pause begins at once. */
const PACE_MS = 200
/** Pause while another process is indexing. */
const BUSY_MS = 500
const MAX_PAUSE_MS = 30_000

/** Indexes whatever is stored, as soon as it is woken; retries failures after a growing pause. The caller stops it. */
export const startIndexLoop = (deps: IndexLoopDeps): IndexLoop => {
  const stopping = new AbortController()
  const { signal } = stopping
  let woken = true
  let interrupt = new AbortController()
  let failures = 0

  const rest = async (ms: number): Promise<void> => sleep(ms, signal).catch(() => {})
  const untilWoken = async (): Promise<void> => {
    interrupt = new AbortController()
    if (!woken) await sleep(IDLE_MS, AbortSignal.any([signal, interrupt.signal])).catch(() => {})
  }
  const pass = async (): Promise<void> => {
    if (!woken && !(await deps.waits())) return
    woken = false
    const indexed = await deps.index(signal)
    if (indexed === null) woken = true
    else if (indexed > 0) deps.log.debug({ indexed }, 'records indexed')
    failures = 0
    await rest(indexed === null ? BUSY_MS : PACE_MS)
  }
  const work = (async () => {
    while (!signal.aborted) {
      await untilWoken()
      if (signal.aborted) return
      await pass().catch(async (error: unknown) => {
        if (signal.aborted) return
        woken = true
        deps.log.warn({ err: error }, 'records could not be indexed for search; it will be retried')
        failures += 1
        await rest(Math.min(MAX_PAUSE_MS, 500 * 2 ** failures))
      })
    }
  })()
  return {
    wake() {
      woken = true
      interrupt.abort()
    },
    async stop() {
      stopping.abort()
      await work
    },
  }
}
