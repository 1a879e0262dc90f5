import { statusOf } from '@inlet/contract'
import { Failure, fillStep, REASONS, type Reason } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { CheckRejected, InvalidRequest } from './failures.js'
import { toProblem } from './to-problem.js'

const ids = { requestId: 'r', errorId: 'e', path: '/v1/sources/docs/start' }

describe('toProblem', () => {
  it('gives every reason its status, code and next step', () => {
    for (const reason of Object.keys(REASONS) as Reason[]) {
      const { problem } = toProblem(new Failure(reason, 'what happened'), ids)
      expect(problem).toMatchObject({ status: statusOf(reason), code: reason, next: fillStep(REASONS[reason].next, 'docs'), requestId: 'r' })
    }
  })
  it('names the source of the request in the commands of its next step', () => {
    const next = (path: string) => toProblem(new Failure('SOURCE_STOPPED', 'it is stopped'), { ...ids, path }).problem.next
    expect(next('/v1/sources/docs/pause')).toContain('`inlet sources start docs` (POST /v1/sources/docs/start)')
    for (const path of ['/v1/sources', '/v1/sources/test']) expect(next(path)).toContain('`inlet sources start <source>`')
  })
  it('reveals nothing about a defect except where to find it', () => {
    const { problem, isDefect } = toProblem(new TypeError('canary is not a function'), ids)
    expect([isDefect, problem.status, problem.code, problem.errorId]).toEqual([true, 500, 'INTERNAL', 'e'])
    expect(JSON.stringify(problem)).not.toContain('canary')
    expect(JSON.stringify(toProblem(new Failure('BATCH_MISMATCH', 'canary'), ids).problem)).not.toContain('canary')
  })
  it('says when to come back, while the database is unavailable or slow', () => {
    for (const error of [
      Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
      Object.assign(new Error('x'), { code: '57P03' }),
      Object.assign(new Error('x'), { code: '57014' }),
    ])
      expect(toProblem(error, ids)).toMatchObject({ retryAfterSeconds: 2, isDefect: false, problem: { status: 503, code: 'DATABASE_UNAVAILABLE' } })
    expect(toProblem(new Failure('TOO_MANY_REQUESTS', 'x', { retryAfterMs: 1_200 }), ids).retryAfterSeconds).toBe(2)
  })
  it('does not mistake the refusal of another system for its own', () => {
    for (const reason of ['AUTH_FAILED', 'UNREACHABLE', 'RATE_LIMITED', 'INTERNAL'] as const)
      expect(toProblem(new CheckRejected({ reason, message: 'm', next: 'n' }), ids)).toMatchObject({
        retryAfterSeconds: null,
        isDefect: false,
        problem: { status: 422, code: reason },
      })
  })
  it('does not mistake an unreachable system for the database', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    expect(toProblem(new Failure('UNREACHABLE', 'cannot connect', { cause }), ids).problem.code).toBe('UNREACHABLE')
    const refused = toProblem(new Failure('DATABASE_UNAVAILABLE', 'too many requests wait', { cause, retryAfterMs: 1_000 }), ids)
    expect([refused.problem.code, refused.problem.detail, refused.retryAfterSeconds]).toEqual(['DATABASE_UNAVAILABLE', 'too many requests wait', 1])
  })
  it('lists the invalid fields of a request', () => {
    const errors = [{ path: 'a.b', code: 'too_big', message: 'is too big' }]
    expect(toProblem(new InvalidRequest(errors), ids).problem).toMatchObject({ status: 422, field: 'a.b', errors })
  })
  it('treats what was deleted between two steps as not found', () => {
    const violation = Object.assign(new Error('violates foreign key constraint'), { code: '23503' })
    expect(toProblem(violation, ids).problem).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    expect(toProblem(Object.assign(new Error('No record was found'), { code: 'P2025' }), ids).isDefect).toBe(false)
  })

  it('treats an address that cannot be decoded as not found', () =>
    expect(toProblem(Object.assign(new URIError('x'), { status: 400 }), ids).problem).toMatchObject({ status: 404, code: 'NOT_FOUND' }))
})
