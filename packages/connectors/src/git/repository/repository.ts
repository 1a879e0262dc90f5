import type { GitSetup } from '../cli/git-environment.js'

/** Where reading begins: the commit a branch or tag names now. */
export interface Target {
  /** Full name such as refs/heads/main; `HEAD` when detached. */
  readonly ref: string
  /** Short name for people. */
  readonly branch: string
  readonly head: string
}

export interface Snapshot {
  /** For commands on the objects of the repository, without network. */
  readonly setup: GitSetup
  /** Null: the repository has no commit yet. */
  readonly target: Target | null
}

export interface Repository {
  /** Brings a mirror up to date and says what there is to read. */
  refresh(signal: AbortSignal): Promise<Snapshot>
  /** Whether it can be read, without fetching anything. */
  check(signal: AbortSignal): Promise<void>
}

/** The short name of a full ref. Pure. */
export const shortName = (ref: string): string => ref.replace(/^refs\/(heads|tags)\//, '')
