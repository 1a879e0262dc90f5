import { expect, it } from 'vitest'
import { createDeadline } from './deadline.js'

it('ends later the busier the machine was, and in time on an idle one', () => {
  let now = 0
  let slowdown = 1
  const deadline = createDeadline(100, { now: () => now, slowdown: () => slowdown })
  now = 50
  expect(deadline.isOver()).toBe(false)
  slowdown = 10
  now = 450
  expect(deadline.isOver()).toBe(false)
  slowdown = 1
  now = 460
  expect(deadline.isOver()).toBe(false)
  now = 461
  expect(deadline.isOver()).toBe(true)
})
