import { describe, expect, it } from 'vitest'
import { fillStep } from './next-step.js'
import { REASONS } from './reasons.js'

const { next } = REASONS.AUTH_FAILED

describe('fillStep', () => {
  it('names the source in commands and requests', () => {
    expect(fillStep('`inlet sources resume {source}` (POST /v1/sources/{id}/resume)', 'shop')).toBe(
      '`inlet sources resume shop` (POST /v1/sources/shop/resume)',
    )
  })
  it('names the secrets that are set, so that the command can be run as it stands', () => {
    expect(fillStep(next, 'shop-eu', { names: ['accessKeyId', 'password'], credential: null })).toContain(
      '`inlet sources update shop-eu --secret accessKeyId=env:SHOP_EU_ACCESS_KEY_ID --secret password=env:SHOP_EU_PASSWORD` (PATCH /v1/sources/shop-eu)',
    )
    expect(fillStep(next, '7a3f', { names: ['token'], credential: null })).toContain('--secret token=env:S_7A3F_TOKEN`')
  })
  it('sets those of a shared credential on the credential', () => {
    expect(fillStep(next, 'shop', { names: ['token'], credential: { id: 'c-1', name: 'crm' } })).toContain(
      '`inlet credentials update crm --secret token=env:CRM_TOKEN` (PATCH /v1/credentials/crm)',
    )
    expect(fillStep(next, 'shop', { names: ['token'], credential: { id: 'c-1', name: 'our crm' } })).toContain('`inlet credentials update c-1 ')
  })
  it('leaves the names open if none is set', () => {
    expect(fillStep(next, 'shop')).toContain('--secret <name>=env:<VARIABLE>')
  })
})
