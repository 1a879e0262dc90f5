import { Failure } from '@inlet/connector-sdk'

/** The range an incremental read covers. */
export interface Window {
  /** Rows from this cursor value up to the saved position are read again; null when that position is final. */
  readonly overlapFrom: string | null
  /** The horizon as a value of the cursor column; null for whole numbers, which have none. */
  readonly to: string | null
}

/**
 * A position this much older than the horizon of the read that reached it, beyond the overlap, is final: nothing can
 * commit behind it any more, so an idle table is not read again. The margin allows for writers whose clocks are slow.
 */
export const FINAL_AFTER_SECONDS = 3600
/** A clock may step back a little, e.g. when a standby takes over. */
export const CLOCK_TOLERANCE_SECONDS = 60

/**
 * The failure for a position ahead of the source's clock, which only a wrong clock or another database explains. @param now as the source reports it
 */
export const cursorInFuture = (stream: string, value: string, now: string): Failure =>
  new Failure('CURSOR_IN_FUTURE', `the cursor of ${stream} is at ${value}, ahead of the clock of the source (${now})`)
