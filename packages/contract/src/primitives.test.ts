import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createKeyBody } from './keys.js'
import { createTargetBody, updateTargetBody } from './notifications.js'
import { durationSeconds, pageQuery, queryFlag, queryList, toDuration } from './primitives.js'
import { createSourceBody, updateSourceBody } from './sources/source-requests.js'
import { fileName } from './uploads.js'

describe('durations', () => {
  it.each([
    ['90s', 90],
    ['15m', 900],
    ['24h', 86_400],
    ['7d', 604_800],
  ])('%s is %i seconds', (text, seconds) => expect(durationSeconds(text)).toBe(seconds))

  it.each(['', '0s', '-1m', '1.5h', '15', '1w', '9999999d', '１５m', ' 15m'])('refuses %j', (text) => expect(durationSeconds(text)).toBeNull())

  it('writes the largest whole unit', () => expect([45, 900, 5_400, 86_400].map(toDuration)).toEqual(['45s', '15m', '90m', '1d']))
})

describe('query parameters', () => {
  const query = z.strictObject({ ...pageQuery, flag: queryFlag('x'), list: queryList(z.string().max(3), { max: 2, description: 'x' }) })

  it('fills in defaults', () => expect(query.parse({})).toEqual({ limit: 50, flag: false, list: [] }))
  it('reads numbers, flags, one or more values', () => {
    expect(query.parse({ limit: '7', flag: 'true', list: 'a' })).toMatchObject({ limit: 7, flag: true, list: ['a'] })
    expect(query.parse({ list: ['a', 'b'] }).list).toEqual(['a', 'b'])
  })
  it.each(['0', '-1', '1e9', 'abc', '201', '', ' 5', '5.0'])('refuses limit %j', (limit) => expect(query.safeParse({ limit }).success).toBe(false))
  it('refuses repeated single values, long lists and unknown keys', () => {
    for (const bad of [{ limit: ['1', '2'] }, { list: ['a', 'b', 'c'] }, { flag: 'yes' }, { other: '1' }])
      expect(query.safeParse(bad).success).toBe(false)
  })
})

describe('names that people read', () => {
  const source = { name: 'n', connector: 'toy' }
  const target = { name: 'n', url: 'https://example.com/' }
  it.each<[string, z.ZodType, (name: string) => unknown]>([
    ['label of a source', createSourceBody, (name) => ({ ...source, labels: { team: name } })],
    ['label of a changed source', updateSourceBody, (name) => ({ labels: { team: name } })],
    ['name of a key', createKeyBody, (name) => ({ name, scopes: ['read'] })],
    ['name of a target', createTargetBody, (name) => ({ ...target, name })],
    ['label of a target', createTargetBody, (name) => ({ ...target, labels: { team: name } })],
    ['name of a changed target', updateTargetBody, (name) => ({ name })],
    ['name of a file', fileName, (name) => name],
  ])('%s: nothing invisible, nothing that turns its direction', (_what, schema, body) => {
    expect(schema.safeParse(body('Näme 1')).error).toBeUndefined()
    for (const bad of ['a\u202eb', 'a\u200bb', 'a\u2066b', 'a\ufeffb', 'a\u00adb', 'a\nb'])
      expect([bad, schema.safeParse(body(bad)).success]).toEqual([bad, false])
  })
})
