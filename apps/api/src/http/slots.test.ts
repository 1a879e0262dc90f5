import { describe, expect, it } from 'vitest'
import { createSlots } from './slots.js'

describe('createSlots', () => {
  it('limits slots per name and in total', () => {
    const slots = createSlots({ perName: 2, total: 3, what: 'doors' })
    const release = slots.take('a')
    slots.take('a')
    expect(() => slots.take('a')).toThrow(expect.objectContaining({ reason: 'TOO_MANY_REQUESTS', retryAfterMs: 1_000 }))
    slots.take('b')
    expect(() => slots.take('c')).toThrow('doors')
    release()
    release()
    slots.take('c')
    expect(() => slots.take('d')).toThrow('doors')
  })
})
