import { type ConnectorLog, toFailure } from '@inlet/connector-sdk'
import type { Cluster } from '../client/cluster.js'
import type { Positions } from '../cursor.js'

const EVERY_MS = 5_000

/** Commits positions now and then, so that other tools show how far the source has got. */
export interface ShownPositions {
  /** `at` in ms. Never waits and never fails, because this is only for display. */
  record(positions: Positions, at: number): void
  /** Commits the last positions. */
  finish(): Promise<void>
}

export const showPositions = (
  { cluster, log }: { readonly cluster: Pick<Cluster, 'commit'>; readonly log: Pick<ConnectorLog, 'warn'> },
  place: { readonly group: string | undefined; readonly topic: string },
): ShownPositions => {
  const { group, topic } = place
  let shownAt = Number.NEGATIVE_INFINITY
  let shown = ''
  let waiting: Positions | null = null
  let warned = false
  const show = async (): Promise<void> => {
    if (group === undefined || waiting === null) return
    const text = JSON.stringify([...waiting])
    if (text === shown) return
    const positions = new Map(waiting)
    try {
      await cluster.commit(group, topic, positions)
      shown = text
    } catch (error) {
      if (!warned) log.warn({ err: toFailure(error), group, topic }, 'positions cannot be shown under the group; reading continues')
      warned = true
    }
  }
  return {
    record(positions, at) {
      waiting = positions
      if (at - shownAt < EVERY_MS) return
      shownAt = at
      void show()
    },
    finish: show,
  }
}
