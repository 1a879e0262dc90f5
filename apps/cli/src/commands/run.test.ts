import type { RunView } from '@inlet/contract'
import { describe, expect, it } from 'vitest'
import { runLines } from '../resources/run-lines.js'
import { progressLines } from './run.js'

const counts = { read: 5, inserted: 3, updated: 1, unchanged: 1, deleted: 0, quarantined: 0 }
const here = new Date(2026, 2, 4, 16, 3, 20)
const run = { status: 'parked', outcome: null, counts, progress: {}, parkedReason: 'RATE_LIMITED: 3 requests a minute', wakeAt: here.toISOString() }
const linesAt = (now: Date, changes: object = {}) => progressLines({ ...run, ...changes } as unknown as RunView, now.getTime())

describe('progressLines', () => {
  it('says until when a run is parked, why, and that leaving is safe', () => {
    expect(linesAt(new Date(2026, 2, 4, 9))).toEqual([
      'parked: 5 read, 4 stored, 1 unchanged, 0 quarantined  ',
      'parked until 16:03:20 (RATE_LIMITED: 3 requests a minute); Ctrl-C leaves the run as it is',
    ])
    expect(linesAt(new Date(2026, 2, 3, 9))[1]).toContain('parked until 2026-03-04 16:03:20 (')
    expect(linesAt(here, { parkedReason: null, wakeAt: null })[1]).toBe('parked; Ctrl-C leaves the run as it is')
  })
  it('is one line while it makes progress', () => {
    expect(linesAt(here, { status: 'running', progress: { streams: { items: {} } } })).toEqual([
      'running: 5 read, 4 stored, 1 unchanged, 0 quarantined  items',
    ])
  })
})

describe('runLines', () => {
  it('lists what the run guessed or left out, each once', () => {
    const caveats = [
      { kind: 'READ_IN_PART', message: '1 of 2 documents were read in part: b.xml' },
      { kind: 'ENCODING_GUESSED', message: '1 of 2 documents do not name their encoding, which was guessed' },
    ]
    const warnings = [{ reason: 'READ_IN_PART', message: '1 of 2 documents were read in part: b.xml' }]
    const lines = runLines({ ...run, caveats, warnings, error: null } as unknown as RunView, 'books').map((line) =>
      line.replaceAll(/\s+/g, ' ').trim(),
    )
    expect(lines.filter((line) => /^(?:warning|caveat)/.test(line))).toEqual([
      'warning READ_IN_PART: 1 of 2 documents were read in part: b.xml',
      'caveat ENCODING_GUESSED: 1 of 2 documents do not name their encoding, which was guessed',
    ])
  })
})
