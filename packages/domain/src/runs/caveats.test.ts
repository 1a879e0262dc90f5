import { describe, expect, it } from 'vitest'
import { addCaveats, CAVEATS, type CaveatKind, caveatKinds, describeCaveat, MAX_CAVEAT_EXAMPLES, toCaveats, warningsOf } from './caveats.js'

describe('addCaveats', () => {
  it('sums counts and what was looked at, and keeps the first examples', () => {
    const reports = Array.from({ length: 20 }, (_none, n) => ({
      kind: 'DOCUMENT_WITHOUT_TEXT' as const,
      count: n % 2,
      of: 1,
      example: `scan ${n}.pdf`,
    }))
    const tally = addCaveats(addCaveats({}, reports), [{ kind: 'READ_IN_PART', example: 'sitemap.xml: cut off' }])
    expect(tally.DOCUMENT_WITHOUT_TEXT).toMatchObject({ count: 10, of: 20 })
    expect(tally.DOCUMENT_WITHOUT_TEXT?.examples).toHaveLength(MAX_CAVEAT_EXAMPLES)
    expect(tally.READ_IN_PART).toEqual({ count: 1, of: 1, examples: ['sitemap.xml: cut off'] })
  })

  it('keeps an example once and cuts long ones', () => {
    const tally = addCaveats({}, [
      { kind: 'READ_IN_PART', example: 'a' },
      { kind: 'READ_IN_PART', example: 'a' },
      { kind: 'READ_IN_PART', example: 'b'.repeat(1_000) },
    ])
    expect(tally.READ_IN_PART?.examples.map(({ length }) => length)).toEqual([1, 300])
  })
})

describe('toCaveats', () => {
  it('returns reports that add up to the same tally', () => {
    const tally = addCaveats({}, [
      { kind: 'READ_IN_PART', example: 'a' },
      { kind: 'READ_IN_PART', example: 'b' },
      { kind: 'DOCUMENT_WITHOUT_TEXT', count: 0, of: 7 },
    ])
    expect(addCaveats({}, toCaveats(tally))).toEqual(tally)
  })
})

describe('warningsOf', () => {
  it.each<[CaveatKind, number, number, boolean]>([
    ['DOCUMENT_WITHOUT_TEXT', 1, 5, false],
    ['DOCUMENT_WITHOUT_TEXT', 2, 5, true],
    ['READ_IN_PART', 1, 1_000, true],
    ['READ_IN_PART', 0, 1_000, false],
    ['ENCODING_GUESSED', 9, 9, false],
    ['LINKS_NOT_FOLLOWED', 9, 9, false],
    ['LINKS_NOT_FOLLOWED', 10, 19, true],
    ['LINKS_NOT_FOLLOWED', 10, 20, false],
  ])('%s: %d of %d warns: %s', (kind, count, of, warns) => {
    expect(warningsOf(addCaveats({}, [{ kind, count, of }])).map(({ reason }) => reason)).toEqual(warns ? [kind] : [])
  })

  it('says in one sentence what, how often and where', () => {
    expect(describeCaveat('DOCUMENT_WITHOUT_TEXT', { count: 2, of: 5, examples: ['a.pdf', 'b.pdf'] })).toBe(
      '2 of 5 documents have no text: a.pdf; b.pdf',
    )
    expect(
      caveatKinds(
        addCaveats(
          {},
          (Object.keys(CAVEATS) as CaveatKind[]).map((kind) => ({ kind, count: 0 })),
        ),
      ),
    ).toEqual([])
  })
})
