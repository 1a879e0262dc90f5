import type { RunOutcome } from '@inlet/domain'

/** The exit codes of commands; docs/guides/cli.md lists them. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** apply --dry-run: applying would change something. */
  changes: 2,
  partial: 3,
  suspectEmpty: 4,
  runFailed: 5,
  cancelled: 6,
  usage: 64,
  unreachable: 69,
  denied: 77,
  files: 78,
  interrupted: 130,
} as const

const OUTCOMES: Readonly<Record<RunOutcome, number>> = {
  ok: EXIT.done,
  ok_nothing_new: EXIT.done,
  partial: EXIT.partial,
  suspect_empty: EXIT.suspectEmpty,
  failed: EXIT.runFailed,
  cancelled: EXIT.cancelled,
}

/** Returns the exit code of a run that was followed to its end. */
export const exitOfOutcome = (outcome: RunOutcome | null): number => (outcome === null ? EXIT.failed : OUTCOMES[outcome])
