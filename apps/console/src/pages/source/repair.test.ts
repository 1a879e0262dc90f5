import type { WhyView } from '@inlet/contract'
import { describe, expect, it } from 'vitest'
import { findRepair } from './repair.js'

const blocker: WhyView['blocker'] = {
  code: 'NEXT_TICK',
  message: 'm',
  who: 'nobody',
  next: 'Nothing to do.',
  clearsAt: null,
  reason: null,
  inQuarantine: false,
  unquoted: { message: '', next: '' },
}

describe('the button that repairs a source', () => {
  it.each<[Partial<WhyView['blocker']>, string | undefined]>([
    [{}, undefined],
    [{ code: 'PAUSED', who: 'owner' }, 'resume'],
    [{ code: 'AUTH_FAILED', reason: 'AUTH_FAILED', who: 'owner' }, 'settings'],
    [{ code: 'TLS_FAILED', reason: 'TLS_FAILED', who: 'owner' }, 'settings'],
    [{ code: 'BACK_OFF', reason: 'TIMEOUT' }, 'run'],
    [{ code: 'BACK_OFF', reason: 'CONTENT_MISMATCH', who: 'owner' }, 'settings'],
    [{ code: 'RUN_PARKED', reason: 'RATE_LIMITED' }, 'cancel'],
    [{ code: 'RUN_PARKED', reason: 'CIRCUIT_OPEN', who: 'owner' }, 'settings'],
    [{ code: 'PARTIAL', who: 'owner', inQuarantine: true }, 'quarantine'],
    [{ code: 'PARTIAL', who: 'owner' }, undefined],
    [{ code: 'QUARANTINE_SHARE', reason: 'QUARANTINE_SHARE', who: 'owner', inQuarantine: true }, 'quarantine'],
  ])('%j: %s', (change, label) => {
    expect(findRepair({ blocker: { ...blocker, ...change }, running: false })?.label).toBe(label)
  })
})
