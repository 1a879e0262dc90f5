import type { Page } from '@inlet/connector-sdk'
import type { Positions } from '../cursor.js'

const SHOWN = 10

/** How many messages are read, and how many still lie ahead, by partition. Pure. */
export const describeLag = (read: number, positions: Positions, ends: Positions): NonNullable<Page['progress']> => {
  const lags = [...ends]
    .map(([partition, end]) => ({ partition, lag: Math.max(0, end - (positions.get(partition) ?? 0)) }))
    .filter(({ lag }) => lag > 0)
    .toSorted((a, b) => b.lag - a.lag)
  const total = lags.reduce((sum, { lag }) => sum + lag, 0)
  const shown = lags.slice(0, SHOWN).map(({ partition, lag }) => `partition ${partition}: ${lag}`)
  const rest = lags.length > SHOWN ? [`${lags.length - SHOWN} more`] : []
  return { done: read, note: lags.length === 0 ? 'up to date' : `lag ${total} (${[...shown, ...rest].join(', ')})` }
}
