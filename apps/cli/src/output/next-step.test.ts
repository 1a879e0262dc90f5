import { REASONS } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { toNextStep } from './next-step.js'

describe('toNextStep', () => {
  it('names commands instead of requests', () => {
    expect(toNextStep('AUTH_FAILED', REASONS.AUTH_FAILED.next, 'crm')).toContain('in its file and `inlet apply`, or with PATCH /v1/sources/crm;')
    expect(toNextStep('SOURCE_STOPPED', REASONS.SOURCE_STOPPED.next)).toBe('Start it first: inlet sources start <source>')
    expect(toNextStep('PAUSED', 'POST /v1/sources/{id}/resume', 'crm')).toBe('inlet sources resume crm')
    expect(toNextStep('VALIDATION_FAILED', REASONS.VALIDATION_FAILED.next)).toBe('Correct what is named above.')
  })
  it('keeps what the API words more closely, and what has no command', () => {
    expect(toNextStep('AUTH_FAILED', 'Renew the token at the provider.', 'crm')).toBe('Renew the token at the provider.')
    expect(toNextStep('CURSOR_INVALID', REASONS.CURSOR_INVALID.next, 'crm')).toContain('; POST /v1/sources/crm/reset-cursor reads')
    expect(toNextStep('constructor', 'x', 'crm')).toBe('x')
    expect(toNextStep('DNS_FAILED', REASONS.DNS_FAILED.next, 'crm')).toBe(REASONS.DNS_FAILED.next)
  })
})
