import type { JobNames } from '@inlet/db'
import { describe, expect, it } from 'vitest'
import { describeJob, jobsOf, linkOf, showJobData } from './show-job.js'

const names: JobNames = {
  runs: new Map([
    ['r1', { slug: 'orders', status: 'ended', outcome: 'failed', reason: 'AUTH_FAILED', message: 'refused' }],
    ['r2', { slug: 'orders', status: 'running', outcome: null, reason: null, message: null }],
  ]),
  sources: new Map([['s1', 'orders']]),
  calls: new Map([
    ['c1', { kind: 'check', slug: 'orders' }],
    ['c2', { kind: 'test', slug: null }],
  ]),
}

describe('jobs on the board', () => {
  it('show ids and sizes, but none of their content', () => {
    const batch = { v: 1, runId: 'r1', sourceId: 's1', seq: 3, bytes: 5, payload: '[{"secret":"canary"}]', effects: { cursors: ['canary'] } }
    expect(showJobData(batch)).toEqual({ runId: 'r1', sourceId: 's1', seq: 3, bytes: 5, payload: 'records are not shown here' })
    expect([showJobData(null), showJobData('canary'), showJobData({ token: 'canary' })]).toEqual([{}, {}, {}])
  })

  it.each([
    ['run', { runId: 'r1' }, 'run of orders: failed (AUTH_FAILED)', 'AUTH_FAILED: refused'],
    ['run', { runId: 'r2' }, 'run of orders: running', null],
    ['run', { runId: 'gone' }, 'run', null],
    ['tick', { sourceId: 's1' }, 'tick of orders', null],
    ['batch', { runId: 'r1', sourceId: 's1', seq: 3 }, 'batch 3 of orders', null],
    ['call', { callId: 'c1' }, 'check of orders', null],
    ['call', { callId: 'c2' }, 'test', null],
    ['reconcile', {}, 'reconcile', null],
  ])('named %s with %j are %s', (name, data, expected, failure) => {
    expect(describeJob({ name, data }, names)).toEqual({ name: expected, failure })
  })

  it('link to their run or source', () => {
    expect([linkOf({ runId: 'r1', sourceId: 's1' })?.href, linkOf({ sourceId: 's1' })?.href, linkOf({}), linkOf(null)]).toEqual([
      '/runs/r1',
      '/sources/s1',
      undefined,
      undefined,
    ])
  })

  it('are found in responses of the board', () => {
    const job = { name: 'run', data: { runId: 'r1' }, id: '1' }
    expect(jobsOf({ queues: [{ name: 'ingestion', jobs: [job, job] }] })).toEqual([job, job])
    expect(jobsOf({ job, status: 'completed' })).toEqual([job])
    for (const other of [null, 'text', {}, { queues: 3 }, { message: 'no' }]) expect(jobsOf(other)).toEqual([])
  })
})
