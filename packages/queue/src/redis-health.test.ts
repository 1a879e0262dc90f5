import { describe, expect, it } from 'vitest'
import { redisProblems } from './redis-health.js'

const good = { persistence: 'loading:0\r\naof_enabled:1\r\n', memory: 'maxmemory_policy:noeviction\r\n' }

describe('redisProblems', () => {
  it('accepts noeviction and AOF', () => {
    expect(redisProblems(good)).toEqual([])
  })
  it.each([
    [{ ...good, memory: 'maxmemory_policy:allkeys-lru\r\n' }, ['allkeys-lru']],
    [{ ...good, memory: '' }, ['unknown']],
    [{ ...good, persistence: 'aof_enabled:0\r\n' }, ['appendonly is off']],
    [{ persistence: '', memory: 'maxmemory_policy:volatile-ttl' }, ['volatile-ttl', 'appendonly is off']],
  ])('%# names what is wrong', (info, parts) => {
    const problems = redisProblems(info)
    expect(problems).toHaveLength(parts.length)
    parts.forEach((part, index) => expect(problems[index]).toContain(part))
  })
})
