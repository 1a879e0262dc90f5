import { expect, it } from 'vitest'
import { toCondition } from './source-condition.js'

it.each([
  ['ACTIVE', 'STOPPED', null, 'active, idle'],
  ['ACTIVE', 'INIT', null, 'active, never run'],
  ['ACTIVE', 'STARTING', null, 'waiting to run'],
  ['ACTIVE', 'RUNNING', null, 'running'],
  ['ACTIVE', 'ERROR', null, 'active, last run failed'],
  ['PAUSED', 'STOPPED', null, 'paused'],
  ['PAUSED', 'RUNNING', null, 'paused, still running'],
  ['STOPPED', 'STOPPED', null, 'stopped'],
  ['ERROR', 'ERROR', 'AUTH_FAILED', 'error AUTH_FAILED'],
  ['ERROR', 'ERROR', null, 'error'],
  ['ERROR', 'STARTING', 'AUTH_FAILED', 'error AUTH_FAILED, a run waits'],
] as const)('%s and %s (%s) is "%s"', (status, state, statusReason, text) => {
  expect(toCondition({ status, state, statusReason })).toBe(text)
})

it.each([
  ['ACTIVE', 'a run waits: RATE_LIMITED'],
  ['PAUSED', 'paused, a run waits: RATE_LIMITED'],
] as const)('says why a parked run of a source waits (%s)', (status, text) => {
  expect(toCondition({ status, state: 'STARTING', parkedReason: 'RATE_LIMITED' })).toBe(text)
})
