import { Failure, type Reason } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { type Facts, type StepName, toSteps } from './preflight.js'

const fine: Facts = {
  failure: null,
  networked: true,
  named: true,
  hasSecrets: true,
  pushed: false,
  encrypted: true,
  checked: true,
  withoutConnector: false,
  mapped: true,
  unmapped: null,
  unusable: null,
  records: 5,
  durationMs: 300,
}
const statuses = (facts: Partial<Facts>) => Object.fromEntries(toSteps({ ...fine, ...facts }).map(({ name, status }) => [name, status]))
const failed = (reason: Reason, facts: Partial<Facts> = {}) => toSteps({ ...fine, checked: false, ...facts, failure: new Failure(reason, 'why') })

describe('toSteps', () => {
  it('passes every step', () => {
    expect(new Set(Object.values(statuses({})))).toEqual(new Set(['passed']))
  })

  it.each<[Reason, StepName]>([
    ['VALIDATION_FAILED', 'config'],
    ['SQL_SYNTAX', 'config'],
    ['URL_BLOCKED_ADDRESS', 'address'],
    ['EGRESS_BLOCKED', 'address'],
    ['PATH_NOT_ALLOWED', 'address'],
    ['DNS_FAILED', 'dns'],
    ['UNREACHABLE', 'reach'],
    ['CONNECTION_LOST', 'reach'],
    ['TIMEOUT', 'reach'],
    ['TLS_FAILED', 'tls'],
    ['AUTH_FAILED', 'auth'],
    ['PERMISSION_DENIED', 'permission'],
    ['UPSTREAM_INVALID', 'content'],
    ['CONTENT_MISMATCH', 'content'],
    ['NOT_FOUND_UPSTREAM', 'content'],
    ['RATE_LIMITED', 'content'],
    ['MAPPING_UNSOUND', 'mapping'],
    ['QUARANTINE_BUDGET', 'mapping'],
  ])('%s shows at %s, with code and next step, and nothing after it was tried', (reason, name) => {
    const steps = failed(reason)
    const at = steps.findIndex(({ status }) => status === 'failed')
    expect(steps[at]).toMatchObject({ name, code: reason, message: 'why', next: expect.stringMatching(/.{10,}/) as unknown })
    expect(steps.slice(at + 1).every(({ status }) => status === 'skipped')).toBe(true)
    expect(steps.slice(0, at).some(({ status }) => status === 'failed')).toBe(false)
  })

  it('claims nothing about credentials before they were checked', () => {
    const of = (steps: ReturnType<typeof toSteps>) => steps.slice(3, 8).map(({ status }) => status)
    expect(of(failed('UPSTREAM_ERROR'))).toEqual(['passed', 'passed', 'skipped', 'skipped', 'failed'])
    expect(of(failed('PERMISSION_DENIED'))).toEqual(['passed', 'passed', 'passed', 'failed', 'skipped'])
    expect(of(failed('UPSTREAM_ERROR', { checked: true }))).toEqual(['passed', 'passed', 'passed', 'passed', 'failed'])
  })

  it('classifies a timeout after the check as slow', () => {
    expect(failed('TIMEOUT', { checked: true }).at(-1)).toMatchObject({ name: 'speed', status: 'failed', code: 'TIMEOUT' })
  })

  it('skips what a source does not need', () => {
    expect(statuses({ networked: false, encrypted: false, mapped: false })).toMatchObject({
      dns: 'skipped',
      reach: 'skipped',
      tls: 'skipped',
      address: 'skipped',
      mapping: 'skipped',
      auth: 'passed',
    })
    expect(statuses({ encrypted: false })).toMatchObject({ reach: 'passed', tls: 'skipped' })
    expect(statuses({ withoutConnector: true })).toMatchObject({ config: 'skipped', auth: 'skipped', records: 'skipped', mapping: 'passed' })
  })

  it('claims nothing about what it has not tried', () => {
    expect(statuses({ hasSecrets: false })).toMatchObject({ auth: 'skipped', permission: 'passed' })
    expect(statuses({ hasSecrets: false, checked: false, failure: new Failure('PERMISSION_DENIED', 'why') })).toMatchObject({ auth: 'skipped' })
    expect(statuses({ hasSecrets: false, checked: false, failure: new Failure('AUTH_FAILED', 'why') })).toMatchObject({ auth: 'failed' })
    expect(statuses({ named: false })).toMatchObject({ address: 'passed', dns: 'skipped', reach: 'passed' })
    expect(statuses({ networked: false, pushed: true })).toMatchObject({ auth: 'skipped', permission: 'skipped', content: 'skipped' })
  })

  it('warns of empty and slow sources, and fails for what the mapping rejects', () => {
    expect(statuses({ unusable: { reason: 'RECORD_TOO_LARGE', message: 'x' } })).toMatchObject({ records: 'warning', mapping: 'passed' })
    expect(statuses({ records: 0, durationMs: 6_000 })).toMatchObject({ records: 'warning', speed: 'warning' })
    expect(toSteps({ ...fine, unmapped: { reason: 'MAPPING_FAILED', message: 'no' } }).find(({ name }) => name === 'mapping')).toMatchObject({
      status: 'failed',
      code: 'MAPPING_FAILED',
      message: 'no',
    })
  })
})
