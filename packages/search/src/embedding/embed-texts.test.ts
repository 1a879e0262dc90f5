import { describe, expect, it } from 'vitest'
import { embeddingInput, readEmbeddings } from './embed-texts.js'

const answer = (...vectors: readonly unknown[]) => ({ data: vectors.map((embedding, index) => ({ index, embedding })), usage: { total_tokens: 7 } })

describe('a response of an endpoint', () => {
  it('yields vectors of length 1 in the order of the texts', () => {
    const { vectors, tokens } = readEmbeddings(
      {
        data: [
          { index: 1, embedding: [0, 2] },
          { index: 0, embedding: [3, 4] },
        ],
        usage: { total_tokens: 7 },
      },
      { count: 2, dimensions: 2 },
    )
    expect(vectors.map((vector) => [...vector].map((value) => Math.round(value * 10) / 10))).toEqual([
      [0.6, 0.8],
      [0, 1],
    ])
    expect(tokens).toBe(7)
  })

  it('reports its dimensions where they are not known yet', () => {
    expect(readEmbeddings(answer([1, 0, 0]), { count: 1, dimensions: null }).vectors[0]).toHaveLength(3)
    expect(readEmbeddings({ data: [{ embedding: [1] }] }, { count: 1, dimensions: null }).tokens).toBeNull()
  })

  it.each([
    ['no list', { error: 'no such model' }],
    ['nothing', null],
    ['too few', answer([1, 0])],
    ['too many', answer([1, 0], [1, 0], [1, 0])],
    ['another dimension', answer([1, 0], [1, 0, 0])],
    ['not a number', answer([1, 0], [1, null])],
    ['an infinite number', answer([1, 0], [1, Number.POSITIVE_INFINITY])],
    ['a length beyond numbers', answer([1, 0], [1e300, 1e300])],
    ['no direction', answer([1, 0], [0, 0])],
    ['text', answer([1, 0], 'AAAA')],
    [
      'a place twice',
      {
        data: [
          { index: 0, embedding: [1, 0] },
          { index: 0, embedding: [1, 0] },
        ],
      },
    ],
    [
      'a place that was not asked for',
      {
        data: [
          { index: 0, embedding: [1, 0] },
          { index: 2, embedding: [1, 0] },
        ],
      },
    ],
  ])('is refused with %s', (_, wrong) => {
    expect(() => readEmbeddings(wrong, { count: 2, dimensions: 2 })).toThrow(expect.objectContaining({ reason: 'UPSTREAM_INVALID' }))
  })
})

describe('what is embedded', () => {
  it('begins with title and headings, unless the text does', () => {
    expect(embeddingInput({ title: 'Guide', headings: ['Install', 'Linux'], text: 'Run npm ci.\n' })).toBe('Guide\nInstall\nLinux\nRun npm ci.')
    expect(embeddingInput({ title: 'Guide', headings: [], text: '# Guide\nRun npm ci.' })).toBe('# Guide\nRun npm ci.')
    expect(embeddingInput({ title: 'Guide', headings: ['Guide', 'Linux'], text: '## Linux\nRun' })).toBe('Guide\n## Linux\nRun')
    expect(embeddingInput({ title: null, headings: [], text: ' \n' })).toBe('')
  })

  it('is cut without leaving half a character', () => {
    const input = embeddingInput({ title: null, headings: [], text: `a${'😀'.repeat(4_000)}` })
    expect(input.length).toBe(5_999)
    expect(input.endsWith('😀')).toBe(true)
  })
})
