/** Who must act: the owner of the source, whoever runs Inlet, or nobody, since it clears by itself. */
export type WhoActs = 'owner' | 'operator' | 'nobody'

/** The one thing that keeps a source from running now. */
export interface Blocker {
  readonly message: string
  readonly who: WhoActs
  readonly next: string
  /** When it clears by itself, as far as that is known. */
  readonly clearsAt: Date | null
}

const NOTHING_TO_DO = 'Nothing to do.'

export const waits = (message: string, clearsAt: Date | null, next = NOTHING_TO_DO): Blocker => ({ message, who: 'nobody', next, clearsAt })
export const asksOwner = (message: string, next: string, clearsAt: Date | null = null): Blocker => ({ message, who: 'owner', next, clearsAt })
export const asksOperator = (message: string, next: string): Blocker => ({ message, who: 'operator', next, clearsAt: null })
