import { Failure } from '@inlet/domain'
import type { Evaluated, Output } from './evaluator.js'

/** A page with more such records would hold up the others for minutes. */
const MAX_COSTLY = 10
const MAX_STARTS = 3

export interface EvaluateAll {
  readonly evaluate: (inputs: readonly string[]) => Promise<Evaluated>
  readonly inputs: readonly string[]
  readonly timeoutMs: number
}

export type Outcome = { readonly json: string } | Failure

/**
 * Evaluates all inputs, in as many rounds as it takes. The process reports which input it has reached, so the one it was killed for is
 * known and the others are evaluated again. That one gets a second attempt, alone: the machine may have been busy, or the process may
 * have been killed by someone else. Once a record of the page has failed both attempts, records that take too long get only one.
 */
export const evaluateAll = async ({ evaluate, inputs, timeoutMs }: EvaluateAll): Promise<readonly Outcome[]> => {
  const outcomes = new Map<number, Outcome>()
  let pending = inputs.map((_input, n) => n)
  let suspect: number | undefined
  let costly = 0
  let starts = 0
  const blame = (n: number, failure: Failure): void => {
    outcomes.set(n, failure)
    costly += 1
  }
  while (pending.length > 0) {
    const round: readonly number[] = suspect === undefined ? pending : [suspect]
    const tried = suspect
    suspect = undefined
    const result = await evaluate(round.flatMap((n) => inputs[n] ?? []))
    if (result.end === 'answered') {
      starts = 0
      for (const [at, output] of result.outputs.entries()) {
        const n = round[at]
        if (n === undefined) break
        const outcome = toOutcome(output, timeoutMs)
        if (!isCostly(outcome)) outcomes.set(n, outcome)
        else if (outcome.reason !== 'MAPPING_TIMEOUT' || tried === n || costly > 0) blame(n, outcome)
        else suspect = n
      }
    } else {
      const n = result.at === null ? undefined : round[result.at]
      if (n === undefined) {
        starts += 1
        if (starts >= MAX_STARTS) throw new Failure('INTERNAL', 'the process that evaluates mappings dies as soon as it starts')
      } else if (tried !== n && (result.end === 'died' || costly === 0)) suspect = n
      else if (result.end === 'timeout') blame(n, tooLong(timeoutMs))
      else blame(n, new Failure('MAPPING_MEMORY', 'the expression needs more memory than a mapping may use'))
    }
    pending = pending.filter((n) => !outcomes.has(n))
    if (costly >= MAX_COSTLY && pending.length > 0)
      throw new Failure('QUARANTINE_BUDGET', `the expression took too long or too much memory for ${costly} records of one page`)
  }
  return inputs.map((_input, n) => outcomes.get(n) ?? new Failure('INTERNAL', 'a record was not evaluated'))
}

const tooLong = (timeoutMs: number): Failure => new Failure('MAPPING_TIMEOUT', `the expression took longer than ${timeoutMs} ms`)

/** JSONata's own limits end most expressions before the process must be killed. */
const toOutcome = (output: Output, timeoutMs: number): Outcome => {
  if ('json' in output) return output
  if (output.code === 'D1012') return tooLong(timeoutMs)
  if (output.code === 'D2015') return new Failure('MAPPING_MEMORY', 'the expression creates a list of more than 1,000,000 values')
  return new Failure('MAPPING_FAILED', output.message)
}

const isCostly = (outcome: Outcome): outcome is Failure =>
  outcome instanceof Failure && (outcome.reason === 'MAPPING_TIMEOUT' || outcome.reason === 'MAPPING_MEMORY')
