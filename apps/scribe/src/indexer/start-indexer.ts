import { type ChildProcess, fork } from 'node:child_process'
import os from 'node:os'
import type { Logger } from '@inlet/observability'

/** The argument with which the scribe's main file is the indexer. */
export const INDEXER = 'indexer'

/** The scribe's indexer, started again when it ends. */
export interface Indexer {
  /** Something was stored. */
  wake(): void
  /** Ends it: at once when it does not end by itself. What it had in hand is done by the next one. */
  stop(): Promise<void>
}

const MAX_PAUSE_MS = 30_000
const LIVES_MS = 60_000
const STOP_MS = 5_000

/** Starts `script` as the indexer. */
export const startIndexer = (script: string, log: Pick<Logger, 'error'>): Indexer => {
  let child: ChildProcess
  let stopping = false
  let pause = 0
  let restart: NodeJS.Timeout | undefined
  const launch = (): void => {
    const startedAt = performance.now()
    child = fork(script, [INDEXER])
    if (child.pid !== undefined) yieldToOthers(child.pid)
    child.on('error', (error) => log.error({ err: error }, 'the indexer could not be reached'))
    child.once('exit', (code, signal) => {
      if (stopping) return
      pause = performance.now() - startedAt > LIVES_MS ? 500 : Math.min(MAX_PAUSE_MS, Math.max(500, pause * 2))
      log.error({ code, signal, pauseMs: pause }, 'the indexer ended; it is started again, and what it had in hand is not lost')
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

/** Storing and searching go first. Not every system allows it, and nothing depends on it. */
const yieldToOthers = (pid: number): void => {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It indexes with the priority it has.
  }
}
