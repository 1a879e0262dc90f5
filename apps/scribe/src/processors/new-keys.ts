import type { WriteCounts } from '@inlet/db'
import type { BatchEnvelope } from '@inlet/domain'

/**
 * Predicts which batches contain only new records, from the results of earlier batches of their source: those are written at half the cost
 * (`expectsNew` of applyBatch). A wrong prediction only costs time.
 */
export interface NewKeys {
  expectedIn(batch: Pick<BatchEnvelope, 'sourceId'>): boolean
  /** Takes the result of a batch that was applied. */
  learn(batch: Pick<BatchEnvelope, 'sourceId' | 'counts'>, counts: Pick<WriteCounts, 'inserted'>): void
}

/** After a wrong prediction, a longer streak of all-new batches is needed before the next one: twice as long each time, up to this many. */
const MOST_NEEDED = 64
/** How many sources are remembered, most recent first. */
const REMEMBERED = 10_000

interface History {
  /** Consecutive batches whose records were all new. */
  streak: number
  needed: number
}

export const createNewKeys = (): NewKeys => {
  const histories = new Map<string, History>()
  return {
    expectedIn({ sourceId }) {
      const history = histories.get(sourceId)
      return history !== undefined && history.streak >= history.needed
    },
    learn({ sourceId, counts: { u: upserts } }, { inserted }) {
      if (upserts === 0) return
      const history = histories.get(sourceId) ?? { streak: 0, needed: 1 }
      histories.delete(sourceId)
      histories.set(sourceId, history)
      const [oldest] = histories.keys()
      if (histories.size > REMEMBERED && oldest !== undefined) histories.delete(oldest)
      const wasExpected = history.streak >= history.needed
      if (inserted < upserts) {
        if (wasExpected) history.needed = Math.min(MOST_NEEDED, history.needed * 2)
        history.streak = 0
      } else {
        if (wasExpected) history.needed = Math.max(1, history.needed / 2)
        history.streak += 1
      }
    },
  }
}
