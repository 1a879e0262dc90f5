import type { Backend, ScenarioName } from '../arguments.js'

/** One line of the report: an absolute figure, the peer or limit it stands beside, and the target. */
export interface Measure {
  readonly scenario: ScenarioName
  readonly backend: Backend
  readonly what: string
  readonly value: number
  readonly unit: string
  /** The same measured for a peer or a limit in the same run, and value ÷ peer. */
  readonly beside?: { readonly name: string; readonly value: number; readonly ratio: number }
  /** `value`: in the unit; `ratio`: of the ratio. */
  readonly target?: { readonly of: 'value' | 'ratio'; readonly sense: 'below' | 'at least'; readonly limit: number }
  /** All single values behind a median. */
  readonly values?: readonly number[]
}

/** Whether the target is reached; null without one. */
export const isReached = ({ value, beside, target }: Measure): boolean | null => {
  if (target === undefined) return null
  const figure = target.of === 'value' ? value : (beside?.ratio ?? Number.NaN)
  return target.sense === 'below' ? figure < target.limit : figure >= target.limit
}
