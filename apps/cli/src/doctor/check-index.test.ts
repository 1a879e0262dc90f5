import { expect, it } from 'vitest'
import { classifyIndex } from './check-index.js'

it('reports records that could not be indexed, or wait for long', () => {
  expect(classifyIndex({ pending: 0, oldestSeconds: null, failed: 0 })).toMatchObject({ status: 'ok', message: 'complete' })
  expect(classifyIndex({ pending: 9, oldestSeconds: 3, failed: 0 })).toMatchObject({ status: 'ok', message: '9 records are being indexed' })
  expect(classifyIndex({ pending: 9, oldestSeconds: 3_600, failed: 0 })).toMatchObject({
    status: 'warn',
    message: expect.stringContaining('60 minutes'),
  })
  expect(classifyIndex({ pending: 9, oldestSeconds: 3_600, failed: 1 })).toMatchObject({ status: 'warn', message: 'one record could not be indexed' })
})
