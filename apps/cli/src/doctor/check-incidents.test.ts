import { expect, it } from 'vitest'
import { classifyIncidents } from './classify.js'

it('counts open incidents by kind, and names their sources', () => {
  expect(classifyIncidents([])).toMatchObject({ status: 'ok' })
  const many = Array.from({ length: 7 }, (_, n) => ({ kind: 'error' as const, source: `s${n}` }))
  expect(classifyIncidents([{ kind: 'stale', source: 'orders' }, ...many])).toMatchObject({
    status: 'warn',
    message: '8 open: 7 error (s0, s1, s2, s3, s4, …); 1 stale (orders)',
  })
})
