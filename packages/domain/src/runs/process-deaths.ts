/** So many ends of worker processes in a row, the last of them proved to be the run's own doing, suspend a source. */
export const MAX_PROCESS_DEATHS = 3
/** A source that was there at so many in a row is next run alone in its process, so that no neighbor can be to blame. */
export const DEATHS_TO_ISOLATE = 2

export interface LostRun {
  /**
   * What is known of the process that held the run: `alive`: it only lost the lease. `gone`: it sends no heartbeat any more. `unknown`: it
   * ended in order, or long ago.
   */
  readonly holder: 'alive' | 'gone' | 'unknown'
  /** Whether the attempt came further than those before it: what ends a process does so at the same place again. */
  readonly further: boolean
  /** Whether the process ran nothing else: by chance, or because the run was isolated. */
  readonly alone: boolean
  /** Deaths in a row before this one. */
  readonly deaths: number
}

export interface DeathVerdict {
  readonly deaths: number
  readonly suspends: boolean
  /** Whether the next attempt is run alone. */
  readonly isolates: boolean
}

/** What the loss of a worker says of the source it ran: only ends of processes count, and only one without neighbors is proof. Pure. */
export const classifyDeath = ({ holder, further, alone, deaths: before }: LostRun): DeathVerdict => {
  if (holder !== 'gone') return { deaths: before, suspends: false, isolates: before >= DEATHS_TO_ISOLATE }
  const deaths = further ? 1 : before + 1
  return { deaths, suspends: alone && deaths >= MAX_PROCESS_DEATHS, isolates: deaths >= DEATHS_TO_ISOLATE }
}

const MINUTE_MS = 60_000

/** How long a suspect is run alone (ms): twice as long as its last attempt lived, between one minute and a quarter of an hour. */
export const isolationMs = (lifeMs: number): number => Math.min(Math.max(2 * lifeMs, MINUTE_MS), 15 * MINUTE_MS)

/** After how long (ms) a suspended source is tried again, alone: a quarter of an hour, twice as long after each death, up to a day. */
export const probeDelayMs = (deaths: number): number =>
  Math.min(15 * MINUTE_MS * 2 ** Math.min(Math.max(deaths - MAX_PROCESS_DEATHS, 0), 20), 1_440 * MINUTE_MS)
