import { describe, expect, it } from 'vitest'
import { findUnknownStreams } from './mapping.js'

const rule = { expression: '$' }

describe('findUnknownStreams', () => {
  it('names the stream and the existing ones', () => {
    const [warning, ...others] = findUnknownStreams({ isues: rule, issues: rule }, ['issues', 'comments'])
    expect(warning).toMatchObject({ code: 'STREAM_UNKNOWN', stream: 'isues', message: expect.stringMatching(/"isues".*comments, issues$/) as string })
    expect(others).toEqual([])
  })

  it.each([
    ['no mapping', null, ['issues']],
    ['a rule for all', { '*': rule }, ['issues']],
    ['known streams alone', { issues: rule }, ['issues']],
    ['a source of which no stream is known yet', { isues: rule }, []],
  ])('is silent for %s', (_what, mapping, known) => expect(findUnknownStreams(mapping, known)).toEqual([]))

  it('does not list hundreds', () => {
    const known = Array.from({ length: 300 }, (_, n) => `s${n}`)
    expect(findUnknownStreams({ t: rule }, known)[0]?.message).toMatch(/ and 280 more$/)
  })
})
