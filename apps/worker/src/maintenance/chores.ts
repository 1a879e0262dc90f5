import { claimChore, type Database, releaseChore } from '@inlet/db'
import { sleep } from '@inlet/runtime'
import { createSteps, type StepDeps } from './steps.js'

/** Background work that may take long: it must be interruptible anywhere and able to continue later. */
export interface Chore {
  readonly name: string
  /** Minimum time between two runs of the chore (ms). */
  readonly everyMs: number
  /** Whether there is anything to do; default: always. */
  readonly isWanted?: () => Promise<boolean>
  /** Does the work. Resolves with the time (ms) during which no process need start it again; undefined: `everyMs` applies. */
  readonly work: (signal: AbortSignal) => Promise<number | void>
}

export interface ChoreDeps extends StepDeps {
  readonly database: Database
  /** Identifies this process. */
  readonly holder: string
  /** How often to check whether a chore is due (ms); default 15,000, and a minute for one that is due every five minutes or less often. */
  readonly lookMs?: number
}

const LOOK_MS = 15_000
const LONGEST_LOOK_MS = 60_000
const HOLD_MS = 30_000
/** Pause after a chore failed. */
const PAUSE_MS = 30_000

/**
 * Runs chores independently of jobs, each in its own loop: neither the queue nor the reconciler waits for them. One process at a time does a chore;
 * if it dies, another one continues after 30 s. Returns a function that stops them after the current statement.
 */
export const startChores = (deps: ChoreDeps, chores: readonly Chore[]): (() => Promise<void>) => {
  const stop = new AbortController()
  const loops = chores.map((chore) => loop(deps, chore, stop.signal))
  return async () => {
    stop.abort()
    await Promise.all(loops)
  }
}

const loop = async (deps: ChoreDeps, chore: Chore, stop: AbortSignal): Promise<void> => {
  const steps = createSteps(deps)
  while (!stop.aborted) {
    await steps.run(chore.name, () => doOnce(deps, chore, stop), undefined)
    await sleep(deps.lookMs ?? Math.min(LONGEST_LOOK_MS, Math.max(LOOK_MS, chore.everyMs / 5)), stop).catch(() => {})
  }
}

const doOnce = async (deps: ChoreDeps, chore: Chore, stop: AbortSignal): Promise<void> => {
  const { database, holder } = deps
  const { name, everyMs } = chore
  if (chore.isWanted !== undefined && !(await chore.isWanted())) return
  const claim = { name, holder, holdMs: HOLD_MS, everyMs }
  if (!(await claimChore(database, claim))) return
  const lost = new AbortController()
  // A failed renewal is retried; the work stops only when another process has taken over the chore.
  const renewing = setInterval(
    () =>
      void claimChore(database, claim).then(
        (held) => held || lost.abort(),
        () => {},
      ),
    HOLD_MS / 3,
  )
  let finished = false
  let restMs = 0
  try {
    restMs = (await chore.work(AbortSignal.any([stop, lost.signal]))) ?? 0
    finished = !stop.aborted && !lost.signal.aborted
  } finally {
    clearInterval(renewing)
    await releaseChore(database, { name, holder, finished, pauseMs: finished || stop.aborted ? restMs : PAUSE_MS }).catch(() => {})
  }
}
