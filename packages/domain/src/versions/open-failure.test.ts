import { expect, it } from 'vitest'
import { Failure } from '../errors/failure.js'
import { blameForOpening } from './open-failure.js'

it.each([
  [new Failure('VALIDATION_FAILED', 'bad', { field: 'config.url' }), 'version'],
  [new Failure('UNKNOWN_CONNECTOR', 'none'), 'version'],
  [new Failure('VALIDATION_FAILED', 'missing', { field: 'secrets.token' }), 'secrets'],
  [new Failure('SECRET_UNREADABLE', 'no key'), 'secrets'],
  [new Failure('UNREACHABLE', 'away'), 'nothing'],
  [new Failure('AUTH_FAILED', 'refused'), 'nothing'],
  [new Failure('INTERNAL', 'defect'), 'nothing'],
])('%s', (failure, blamed) => {
  expect(blameForOpening(failure)).toBe(blamed)
})
