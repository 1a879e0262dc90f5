import { expect, it } from 'vitest'
import { createQueryBudget, findTrap } from './trap.js'

const site = 'https://example.com'

it.each([
  [`${site}/${'a'.repeat(3_000)}`, 'length'],
  [`${site}/${Array.from({ length: 50 }, (_, i) => i).join('/')}`, 'segments'],
  [`${site}/a/b/a/b/a/b/a/b/a/b`, 'repeated'],
  [`${site}/?${Array.from({ length: 40 }, (_, i) => `p${i}=1`).join('&')}`, 'parameters'],
  [`${site}/docs/a/docs/b/docs/c`, null],
  [`${site}/a?b=1`, null],
])('%s: %s', (url, kind) => {
  expect(findTrap(url)).toBe(kind)
})

it('admits a bounded number of queries per path', () => {
  const budget = createQueryBudget(2)
  const admitted = ['/a?1', '/a?2', '/a?3', '/b?1', '/a'].map((path) => budget.admits(site + path))
  expect(admitted).toEqual([true, true, false, true, true])
})
