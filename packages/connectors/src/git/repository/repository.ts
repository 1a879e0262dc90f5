import type { GitSetup } from '../cli/git-environment.js'

/** Where reading starts: the commit that a branch or tag names now. */
export interface Target {
  /** Full name such as refs/heads/main; `HEAD` when detached. */
  readonly ref: string
  /** Short name, for display. */
  readonly branch: string
  readonly head: string
}

export interface Snapshot {
  /** For commands on the repository's objects, without network access. */
  readonly setup: GitSetup
  /** Null: the repository has no commit yet. */
  readonly target: Target | null
}

export interface Repository {
  /** Updates the mirror, if there is one, and returns what there is to read. */
  refresh(signal: AbortSignal): Promise<Snapshot>
  /** Checks that it can be read, without fetching anything. */
  check(signal: AbortSignal): Promise<void>
}

/** Returns the short name of a full ref. Pure. */
export const shortName = (ref: string): string => ref.replace(/^refs\/(heads|tags)\//, '')
