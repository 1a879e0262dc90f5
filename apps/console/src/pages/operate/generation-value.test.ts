import type { GenerationView } from '@inlet/contract'
import { describe, expect, it } from 'vitest'
import { toCreateBody, toGenerationValue, toUpdateBody } from './generation-value.js'

const empty = toGenerationValue(null)
const before = {
  weight: 0.2,
  tokensPerDay: 9_000,
  rerank: { url: 'https://a.example/rerank', model: 'r' },
} as GenerationView

describe('a generation as it is typed', () => {
  it('is made without what is empty, and leaves what is not a number to the API', () => {
    expect(toCreateBody({ ...empty, url: 'https://a.example', model: 'm' })).toEqual({ url: 'https://a.example', model: 'm', rerank: null })
    expect(
      toCreateBody({ ...empty, url: 'u', model: 'm', weight: '0,5', dimensions: '256', tokensPerDay: 'many', rerankUrl: 'v', rerankModel: 'r' }),
    ).toEqual({ url: 'u', model: 'm', weight: 0.5, dimensions: 256, tokensPerDay: 'many', rerank: { url: 'v', model: 'r' } })
  })

  it('changes only what was changed: keys, and a reranker that was not touched, are kept', () => {
    const value = toGenerationValue(before)
    expect(toUpdateBody(value, before)).toEqual({ weight: 0.2 })
    expect(toUpdateBody({ ...value, tokensPerDay: '', apiKey: 'k' }, before)).toEqual({ weight: 0.2, tokensPerDay: null, apiKey: 'k' })
    expect(toUpdateBody({ ...value, rerankUrl: '', rerankModel: '' }, before)).toEqual({ weight: 0.2, rerank: null })
    expect(toUpdateBody({ ...value, rerankKey: 's' }, before)).toEqual({ weight: 0.2, rerank: { ...before.rerank, apiKey: 's' } })
  })
})
