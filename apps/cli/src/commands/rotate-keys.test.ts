import { describe, expect, it } from 'vitest'
import { progressLines, resultLines } from './rotate-keys.js'

const rotation = { state: 'running', to: 'k2', total: 4, done: 1, unreadable: 0, startedAt: '', finishedAt: null, message: null } as const

describe('progressLines', () => {
  it.each([
    [0, 4, 0],
    [1, 4, 7],
    [4, 4, 30],
    [0, 0, 30],
  ])('%i of %i fills %i parts', (done, total, filled) => {
    const [bar] = progressLines({ ...rotation, done, total })
    expect(bar).toBe(`  ${'█'.repeat(filled)}${'░'.repeat(30 - filled)} ${done} of ${total} sealed with k2`)
  })
  it('shows what is blocking it', () => {
    expect(progressLines({ ...rotation, message: 'a worker has other keys' })[1]).toBe('  ! a worker has other keys')
  })
})

describe('resultLines', () => {
  const key = { id: 'k1', configured: true, primary: false, sealed: {}, apiKeys: 0, canary: false, removable: true }
  const view = (changes: object) => ({
    primaryKey: 'k2',
    keys: [
      { ...key, id: 'k2', primary: true, removable: false },
      { ...key, ...changes },
    ],
    rotation,
  })
  it.each([
    [{}, '  Key k1 is no longer needed: remove it from INLET_ENCRYPTION_KEYS.'],
    [{ removable: false, apiKeys: 2 }, '  Key k1 is still needed by 2 API keys that have not been used since.'],
    [
      { removable: false, configured: false, canary: true, sealed: { credentials: 2, calls: 1 } },
      '  Key k1 is still needed by 3 sealed texts, the check at every start, and is not configured.',
    ],
  ])('%j', (changes, line) => {
    expect(resultLines(view(changes))).toEqual([line])
  })
})
