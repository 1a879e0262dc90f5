import type { SourceLine } from '@inlet/contract'
import { describe, expect, it } from 'vitest'
import { type BulkRequest, type Effect, effectOf } from './bulk-actions.js'

const line = (change: Partial<SourceLine>): SourceLine => ({ status: 'ACTIVE', state: 'STOPPED', labels: { team: 'crm' }, ...change }) as SourceLine

describe('what a bulk action would do to a source', () => {
  it.each<[BulkRequest, Partial<SourceLine>, Effect]>([
    [{ action: 'run' }, {}, 'changes'],
    [{ action: 'run' }, { state: 'RUNNING' }, 'refused'],
    [{ action: 'run' }, { status: 'PAUSED' }, 'refused'],
    [{ action: 'pause' }, { status: 'STOPPED' }, 'nothing'],
    [{ action: 'resume' }, { status: 'STOPPED' }, 'refused'],
    [{ action: 'resume' }, { status: 'ERROR' }, 'changes'],
    [{ action: 'label', labels: { set: { team: 'crm' }, remove: ['old'] } }, {}, 'nothing'],
    [{ action: 'label', labels: { set: { team: 'sales' }, remove: [] } }, {}, 'changes'],
    [{ action: 'label', labels: { set: {}, remove: ['team'] } }, {}, 'changes'],
    [{ action: 'label', labels: { set: {}, remove: ['constructor'] } }, {}, 'nothing'],
  ])('%j on %j: %s', (request, change, effect) => {
    expect(effectOf(request, line(change))).toBe(effect)
  })
})
