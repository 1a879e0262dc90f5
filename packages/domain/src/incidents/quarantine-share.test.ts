import { describe, expect, it } from 'vitest'
import { describeShare, exceedsShare } from './incident.js'

describe('exceedsShare', () => {
  it.each<[number, number, number, boolean]>([
    [9, 0, 5, false],
    [10, 0, 5, true],
    [10, 190, 5, false],
    [11, 190, 5, true],
    [500, 9_500, 5, false],
    [501, 9_499, 5, true],
    [10, 0, 100, false],
    [10, 9_990, 0, true],
    [0, 0, 0, false],
  ])('%i in quarantine beside %i live ones at %i %%: %s', (quarantined, live, percent, expected) => {
    expect(exceedsShare({ quarantined, live }, percent)).toBe(expected)
  })
  it('says how many there are', () => {
    expect(describeShare({ quarantined: 12, live: 36 }, 'MAPPING_FAILED')).toBe(
      '12 of 48 records (25 %) are in quarantine, most of them with MAPPING_FAILED',
    )
  })
})
