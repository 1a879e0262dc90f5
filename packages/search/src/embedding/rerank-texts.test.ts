import { describe, expect, it } from 'vitest'
import { readScores } from './rerank-texts.js'

describe('a response of an endpoint that orders hits', () => {
  it('yields scores in the order of the texts', () => {
    const results = [
      { index: 1, relevance_score: 0.9 },
      { index: 0, relevance_score: -1 },
    ]
    expect(readScores({ results }, 2)).toEqual([-1, 0.9])
  })

  it.each([
    [null],
    [{ results: [] }],
    [{ results: [{ index: 0, relevance_score: 1 }] }],
    [
      {
        results: [
          { index: 0, relevance_score: 1 },
          { index: 0, relevance_score: 1 },
        ],
      },
    ],
    [
      {
        results: [
          { index: 0, relevance_score: 1 },
          { index: 1, relevance_score: null },
        ],
      },
    ],
  ])('is refused as %j', (answer) => {
    expect(() => readScores(answer, 2)).toThrow(expect.objectContaining({ reason: 'UPSTREAM_INVALID' }))
  })
})
