import { Failure } from '@inlet/domain'
import type { PagePosition } from './paginator.js'

/** The cycle detector after one more mark (Brent 1980). Throws PAGINATION_LOOP when the mark was seen before. */
export const nextCycle = (cycle: PagePosition['cycle'], mark: string): PagePosition['cycle'] => {
  if (mark === cycle.mark) throw new Failure('PAGINATION_LOOP', 'the same page came again')
  if (cycle.mark === null || cycle.steps === cycle.limit) return { mark, steps: 1, limit: cycle.limit * 2 }
  return { ...cycle, steps: cycle.steps + 1 }
}
