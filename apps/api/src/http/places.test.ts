import { describe, expect, it } from 'vitest'
import { createPlaces } from './slots.js'

describe('createPlaces', () => {
  it('gives so many to a name, and so many altogether', () => {
    const places = createPlaces({ perName: 2, total: 3, what: 'doors' })
    const release = places.take('a')
    places.take('a')
    expect(() => places.take('a')).toThrow(expect.objectContaining({ reason: 'TOO_MANY_REQUESTS', retryAfterMs: 1_000 }))
    places.take('b')
    expect(() => places.take('c')).toThrow('doors')
    release()
    release()
    places.take('c')
    expect(() => places.take('d')).toThrow('doors')
  })
})
