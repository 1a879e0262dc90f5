import { describe, expect, it } from 'vitest'
import { evaluateAll } from './evaluate-all.js'
import type { Evaluated } from './evaluator.js'

interface Options {
  readonly perRound?: number
  readonly unlucky?: number
  readonly end?: 'died' | 'timeout'
}

/** Behaves like a process in which some inputs take too long and others kill it; counts the rounds. */
const run = async (inputs: readonly string[], options: Options = {}) => {
  const { perRound = Number.POSITIVE_INFINITY, unlucky = 0, end = 'died' } = options
  let rounds = 0
  let accidents = unlucky
  const evaluate = async (round: readonly string[]): Promise<Evaluated> => {
    rounds += 1
    const at = round.findIndex((input) => input === 'slow' || input === 'fat')
    if (at >= 0) return { end: round[at] === 'slow' ? 'timeout' : 'died', at }
    if (accidents-- > 0) return { end, at: 0 }
    return { end: 'answered', outputs: round.slice(0, perRound).map((json) => (json === 'bad' ? { code: 'D3137', message: 'no' } : { json })) }
  }
  const outcomes = await evaluateAll({ evaluate, inputs, timeoutMs: 2_000 })
  return { rounds, outcomes: outcomes.map((outcome) => ('json' in outcome ? outcome.json : outcome.reason)) }
}

describe('evaluateAll', () => {
  it('returns results in order, in as many rounds as the process needs', async () => {
    expect(await run(['1', 'bad', '3', '4', '5'], { perRound: 2 })).toEqual({ rounds: 3, outcomes: ['1', 'MAPPING_FAILED', '3', '4', '5'] })
  })

  it('blames only the records the process was killed for', async () => {
    expect(await run(['1', 'slow', '3', 'fat', '5'])).toEqual({ rounds: 5, outcomes: ['1', 'MAPPING_TIMEOUT', '3', 'MAPPING_MEMORY', '5'] })
  })

  it('tries only the first of many slow records twice', async () => {
    const { rounds, outcomes } = await run(['slow', 'slow', 'slow', '4'])
    expect([rounds, outcomes]).toEqual([5, ['MAPPING_TIMEOUT', 'MAPPING_TIMEOUT', 'MAPPING_TIMEOUT', '4']])
  })

  it.each(['died', 'timeout'] as const)('blames no record for a process that %s once', async (end) => {
    expect(await run(['1', '2', '3'], { unlucky: 1, end })).toEqual({ rounds: 3, outcomes: ['1', '2', '3'] })
  })

  it('gives up on a page after ten costly records', async () => {
    await expect(run([...Array.from({ length: 11 }, () => 'slow'), '1'])).rejects.toMatchObject({ reason: 'QUARANTINE_BUDGET' })
    expect((await run([...Array.from({ length: 9 }, () => 'slow'), '1'])).outcomes.at(-1)).toBe('1')
  })

  it('gives up when no process even reaches a record', async () => {
    const evaluate = async (): Promise<Evaluated> => ({ end: 'died', at: null })
    await expect(evaluateAll({ evaluate, inputs: ['1'], timeoutMs: 1 })).rejects.toMatchObject({ reason: 'INTERNAL' })
  })
})
