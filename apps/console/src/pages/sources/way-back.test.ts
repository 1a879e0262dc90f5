import { describe, expect, it } from 'vitest'
import { bulkWayBack, wayBack } from './way-back.js'

describe('the way back after an action', () => {
  it('is an undo only where it restores what was there', () => {
    expect(wayBack('pause', 'ACTIVE')).toEqual({ action: 'resume', restores: true })
    expect(wayBack('resume', 'PAUSED')).toEqual({ action: 'pause', restores: true })
    expect(wayBack('stop', 'ACTIVE')).toEqual({ action: 'start', restores: false })
    for (const action of ['pause', 'resume', 'stop', 'start', 'run', 'restart']) expect([action, wayBack(action, 'ERROR')]).toEqual([action, null])
    expect(wayBack('stop', 'PAUSED')).toBeNull()
  })

  it('leads many back to the one status that it restores, and counts the others', () => {
    expect(bulkWayBack('resume', { ERROR: 2, PAUSED: 3 })).toEqual({ action: 'pause', restores: true, status: 'PAUSED', count: 3, others: 2 })
    expect(bulkWayBack('resume', { ERROR: 2 })).toBeNull()
    expect(bulkWayBack('label', {})).toBeNull()
  })
})
