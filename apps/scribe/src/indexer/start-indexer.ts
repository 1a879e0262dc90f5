import { type ChildProcess, fork } from 'node:child_process'
import type { Logger } from '@inlet/observability'
import { LAST, yieldToOthers } from '@inlet/runtime'

/** The argument that makes the scribe's main file run as the indexer. */
export const INDEXER = 'indexer'

/** The scribe's indexer, restarted whenever it ends. */
export interface Indexer {
  /** Reports that something was stored. */
  wake(): void
  /** Ends it, by force if it does not end by itself. The next indexer completes its work. */
  stop(): Promise<void>
}

const MAX_PAUSE_MS = 30_000
const LIVES_MS = 60_000
const STOP_MS = 5_000
/** How often an indexer reports that it is alive. */
export const ALIVE_MS = 1_000
/** Analyzing the largest record takes some seconds, even with low priority. */
const SILENT_MS = 120_000

/**
 * Starts `script` as the indexer. One that is silent for `silentMs`, because a record keeps it busy or it was stopped, is killed: it holds the lock
 * that all others need. The caller stops it.
 */
export const startIndexer = (script: string, log: Pick<Logger, 'error'>, { silentMs = SILENT_MS }: { readonly silentMs?: number } = {}): Indexer => {
  let child: ChildProcess
  let stopping = false
  let pause = 0
  let restart: NodeJS.Timeout | undefined
  // Silence is counted in checks by this process, so that time during which this process was itself stopped does not count against the indexer.
  const watch = (watched: ChildProcess): void => {
    let silentLooks = 0
    watched.on('message', () => {
      silentLooks = 0
    })
    const everyMs = Math.min(ALIVE_MS, silentMs)
    const looks = setInterval(() => {
      silentLooks += 1
      if (silentLooks * everyMs <= silentMs) return
      log.error({ pid: watched.pid, silentMs }, 'the indexer is silent and is killed; its work in progress is retried alone')
      clearInterval(looks)
      watched.kill('SIGKILL')
    }, everyMs)
    watched.once('exit', () => clearInterval(looks))
  }
  const launch = (): void => {
    const startedAt = performance.now()
    child = fork(script, [INDEXER])
    watch(child)
    const { pid } = child
    // Not before it has loaded: on a busy machine, that would take longer than it may be silent.
    if (pid !== undefined) child.once('message', () => yieldToOthers(pid, LAST))
    child.on('error', (error) => log.error({ err: error }, 'the indexer could not be reached'))
    child.once('exit', (code, signal) => {
      if (stopping) return
      pause = performance.now() - startedAt > LIVES_MS ? 500 : Math.min(MAX_PAUSE_MS, Math.max(500, pause * 2))
      log.error({ code, signal, pauseMs: pause }, 'the indexer ended; it is restarted, and its work in progress is not lost')
      restart = setTimeout(launch, pause)
    })
  }
  launch()
  return {
    wake() {
      if (child.connected) child.send('stored')
    },
    async stop() {
      stopping = true
      clearTimeout(restart)
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await exited
      clearTimeout(late)
    },
  }
}
