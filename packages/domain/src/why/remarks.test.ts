import { expect, it } from 'vitest'
import { remarksOn } from './remarks.js'

const latest = { reason: 'MAPPING_FAILED', message: 'price is no number' }

it('mentions records in quarantine, unless the blocker is about them or nothing is left to do', () => {
  const quarantined = { records: 3, latest }
  expect(remarksOn({ quarantined, deleting: false }, {})).toEqual([
    {
      code: 'IN_QUARANTINE',
      message: '3 records are in quarantine and not stored; the latest: MAPPING_FAILED: price is no number',
      next: expect.stringContaining('`inlet quarantine {source}`'),
    },
  ])
  expect(remarksOn({ quarantined: { records: 1, latest }, deleting: false }, {})[0]?.message).toMatch(/^one record is in quarantine/)
  expect(remarksOn({ quarantined, deleting: false }, { inQuarantine: true })).toEqual([])
  expect(remarksOn({ quarantined, deleting: true }, {})).toEqual([])
  expect(remarksOn({ quarantined: null, deleting: false }, {})).toEqual([])
})
