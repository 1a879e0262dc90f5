import { expect, it } from 'vitest'
import { judgeIncidents } from './check-incidents.js'

it('counts open incidents by kind, and names their sources', () => {
  expect(judgeIncidents([])).toMatchObject({ status: 'ok' })
  const many = Array.from({ length: 7 }, (_, n) => ({ kind: 'error' as const, source: `s${n}` }))
  expect(judgeIncidents([{ kind: 'stale', source: 'orders' }, ...many])).toMatchObject({
    status: 'warn',
    message: '8 open: 7 error (s0, s1, s2, s3, s4, …); 1 stale (orders)',
  })
})
