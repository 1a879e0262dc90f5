import { describe, expect, it } from 'vitest'
import { ApiProblem } from '../client/api-client.js'
import { exitOfOutcome } from './exit-codes.js'
import { errorLines, explainError } from './explain-error.js'
import { toRelative, toSpan, toTable } from './format.js'

describe('readable output', () => {
  it('is aligned, with numbers to the right, and cannot control the terminal', () => {
    const lines = toTable(
      ['NAME', 'READ'],
      [
        ['a\u001b[31mred\u202e', '7'],
        ['b', '1200'],
      ],
    )
    expect(lines).toEqual(['NAME        READ', 'a [31mred      7', 'b           1200'])
  })
  it('shows durations in the unit that fits', () => {
    expect([5, 300, 9_000, 400_000].map(toSpan)).toEqual(['5 s', '5 min', '3 h', '5 d'])
    const now = Date.parse('2026-01-01T00:00:00Z')
    expect([null, '2025-12-31T23:59:00Z', '2026-01-01T03:00:00Z'].map((moment) => toRelative(moment, now))).toEqual(['–', '60 s ago', 'in 3 h'])
  })
})

describe('exit codes', () => {
  it('show how a run ended', () => {
    expect((['ok', 'ok_nothing_new', 'partial', 'suspect_empty', 'failed', 'cancelled', null] as const).map(exitOfOutcome)).toEqual([
      0, 0, 3, 4, 5, 6, 1,
    ])
  })
  it.each([
    [401, 77],
    [403, 77],
    [404, 1],
    [409, 1],
    [503, 1],
  ])('of an answer %s is %s, with what to do', (status, exitCode) => {
    const explained = explainError(new ApiProblem(status, { code: 'X', detail: 'no', next: 'do this' }))
    expect(explained).toMatchObject({ exitCode, code: 'X', message: 'no' })
    expect(errorLines(explained)).toHaveLength(2)
  })
  it('keeps a long list of problems short', () => {
    const details = Array.from({ length: 40 }, (_, index) => `line ${index}`)
    expect(errorLines({ exitCode: 1, code: 'X', message: 'no', details }).at(-1)).toBe('  … and 10 more')
  })
})
