/** This many consecutive deaths of worker processes suspend a source, if the last one was proved to be its run's doing. */
export const MAX_PROCESS_DEATHS = 3
/** A source that was running at this many consecutive deaths next runs alone in its process, so that no other run can be to blame. */
export const DEATHS_TO_ISOLATE = 2

export interface LostRun {
  /**
   * What is known about the process that held the run: `alive`: it only lost the lease. `gone`: it no longer sends heartbeats. `unknown`: it shut
   * down normally, or long ago.
   */
  readonly holder: 'alive' | 'gone' | 'unknown'
  /** Whether the attempt got further than those before it: a run that kills its process does so at the same place again. */
  readonly further: boolean
  /** Whether the process ran nothing else: by chance, or because the run was isolated. */
  readonly alone: boolean
  /** Consecutive deaths before this one. */
  readonly deaths: number
}

export interface DeathVerdict {
  readonly deaths: number
  readonly suspends: boolean
  /** Whether the next attempt runs alone. */
  readonly isolates: boolean
}

/**
 * Classifies what the loss of a worker means for the source it was running: only deaths of processes count, and only one without other runs is proof.
 * Pure.
 */
export const classifyDeath = ({ holder, further, alone, deaths: before }: LostRun): DeathVerdict => {
  if (holder !== 'gone') return { deaths: before, suspends: false, isolates: before >= DEATHS_TO_ISOLATE }
  const deaths = further ? 1 : before + 1
  return { deaths, suspends: alone && deaths >= MAX_PROCESS_DEATHS, isolates: deaths >= DEATHS_TO_ISOLATE }
}

const MINUTE_MS = 60_000

/** Returns how long a suspect runs alone (ms): twice as long as its last attempt lasted, between one and 15 minutes. */
export const isolationMs = (lifeMs: number): number => Math.min(Math.max(2 * lifeMs, MINUTE_MS), 15 * MINUTE_MS)

/** Returns after how long (ms) a suspended source is tried again, alone: 15 minutes, doubling with each death, up to a day. */
export const probeDelayMs = (deaths: number): number =>
  Math.min(15 * MINUTE_MS * 2 ** Math.min(Math.max(deaths - MAX_PROCESS_DEATHS, 0), 20), 1_440 * MINUTE_MS)
