import { describe, expect, it } from 'vitest'
import { axisSteps } from './scale.js'

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
