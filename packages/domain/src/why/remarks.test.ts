import { expect, it } from 'vitest'
import { remarksOn } from './remarks.js'

const latestReason = 'MAPPING_FAILED'

it('mentions records in quarantine, unless the blocker is about them or nothing is left to do', () => {
  const quarantined = { records: 3, latestReason }
  expect(remarksOn({ quarantined, deleting: false }, {})).toEqual([
    {
      code: 'IN_QUARANTINE',
      message: '3 records are in quarantine and not stored (the latest: MAPPING_FAILED)',
      next: expect.stringContaining('`inlet quarantine {source}`'),
    },
  ])
  expect(remarksOn({ quarantined: { records: 1, latestReason }, deleting: false }, {})[0]?.message).toBe(
    'one record is in quarantine and not stored (MAPPING_FAILED)',
  )
  expect(remarksOn({ quarantined, deleting: false }, { inQuarantine: true })).toEqual([])
  expect(remarksOn({ quarantined, deleting: true }, {})).toEqual([])
  expect(remarksOn({ quarantined: null, deleting: false }, {})).toEqual([])
})
