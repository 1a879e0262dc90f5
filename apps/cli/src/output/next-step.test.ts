import { REASONS } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { toNextStep } from './next-step.js'

describe('toNextStep', () => {
  it('names commands instead of requests, for the source concerned', () => {
    expect(toNextStep('AUTH_FAILED', REASONS.AUTH_FAILED.next, 'crm')).toBe(
      'Put the new secrets into the environment, then `inlet sources update crm --secret <name>=env:<VARIABLE>`; the source then continues from the last cursor.',
    )
    expect(toNextStep('SOURCE_STOPPED', REASONS.SOURCE_STOPPED.next)).toBe('Start it first: `inlet sources start <source>`.')
    expect(toNextStep('MASS_DELETE_REFUSED', REASONS.MASS_DELETE_REFUSED.next, 'crm')).toMatch(/`inlet run crm --allow-mass-delete`\.$/)
    // The API has already filled in the source.
    expect(toNextStep('PAUSED', '`inlet sources resume crm` (POST /v1/sources/crm/resume)', 'crm')).toBe('`inlet sources resume crm`')
    expect(toNextStep('VALIDATION_FAILED', REASONS.VALIDATION_FAILED.next)).toBe('Correct what is named above.')
  })

  it('leaves no request if there is a command', () => {
    const left = Object.entries(REASONS).flatMap(([reason, { next }]) => (/ \/v1\//u.test(toNextStep(reason, next, 'crm')) ? [reason] : []))
    expect(left).toEqual([])
  })

  it('keeps more specific wording of the API, and what has no command', () => {
    expect(toNextStep('AUTH_FAILED', 'Renew the token at the provider.', 'crm')).toBe('Renew the token at the provider.')
    expect(toNextStep('constructor', 'x', 'crm')).toBe('x')
    expect(toNextStep('DNS_FAILED', REASONS.DNS_FAILED.next, 'crm')).toBe(REASONS.DNS_FAILED.next)
  })
})
