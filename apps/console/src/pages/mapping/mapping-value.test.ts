import { describe, expect, it } from 'vitest'
import { withRule } from './mapping-value.js'

describe('the rules of a mapping', () => {
  it('are set by stream, and gone when they are empty', () => {
    const one = withRule(null, 'orders', { expression: '{}' })
    expect(one).toEqual({ orders: { expression: '{}' } })
    const two = withRule(one, '*', { expression: 'null', keys: 'set' })
    expect(withRule(two, 'orders', { expression: ' ' })).toEqual({ '*': { expression: 'null', keys: 'set' } })
    expect(withRule(one, 'orders', { expression: '' })).toBeNull()
  })
})
