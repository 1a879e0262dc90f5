import { describe, expect, it } from 'vitest'
import { describeCron } from './describe-cron.js'

describe('describeCron', () => {
  it.each([
    ['* * * * *', 'Every minute.'],
    ['*/15 * * * *', 'Every 15 minutes.'],
    ['5 * * * *', 'Every hour, at minute 05.'],
    ['0 */6 * * *', 'Every 6 hours, at minute 00.'],
    ['30 2 * * *', 'Every day at 02:30.'],
    ['0 9 * * 1-5', 'Monday to Friday at 09:00.'],
    ['0 9 * * 7', 'Every Sunday at 09:00.'],
    ['0 0 1 * *', 'On day 1 of every month at 00:00.'],
    // Uneven steps begin again at each hour, which words would hide.
    ['*/7 * * * *', null],
    ['0 9,17 * * *', null],
    ['0 0 29 2 *', null],
  ])('%s: %s', (cron, expected) => {
    expect(describeCron(cron)).toBe(expected)
  })
})
