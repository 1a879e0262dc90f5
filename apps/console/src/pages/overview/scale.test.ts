import { describe, expect, it } from 'vitest'
import { axisSteps, timeSteps } from './scale.js'

describe('axisSteps', () => {
  it.each([
    [0, [0, 1]],
    [2, [0, 1, 2]],
    [4, [0, 1, 2, 3, 4]],
    [5, [0, 2, 4, 6]],
    [97, [0, 50, 100]],
    [1_200, [0, 500, 1_000, 1_500]],
  ])('%d: %j', (max, steps) => {
    expect(axisSteps(max)).toEqual(steps)
  })
})

describe('timeSteps', () => {
  it.each([
    [0, [0, 1]],
    [3.5, [0, 1, 2, 3, 4]],
    [100, [0, 30, 60, 90, 120]],
    [5_000, [0, 1_800, 3_600, 5_400]],
    [80_000, [0, 21_600, 43_200, 64_800, 86_400]],
    [700_000, [0, 432_000, 864_000]],
  ])('%d: %j', (max, steps) => {
    expect(timeSteps(max)).toEqual(steps)
  })
})
