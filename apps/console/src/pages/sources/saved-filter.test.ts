import { describe, expect, it } from 'vitest'
import { isSameFilter, readSaved, toChange, toFilterSearch, withFilter } from './saved-filter.js'

describe('saved filters', () => {
  it('are what of the address filters and orders, and take the rest away when they are used', () => {
    const search = toFilterSearch({ q: 'team:sales', show: 'attention', select: 'a,b', bulk: 'x', connector: '' })
    expect(search).toEqual({ q: 'team:sales', show: 'attention' })
    expect(toChange(search)).toEqual({ q: 'team:sales', show: 'attention', connector: null, reason: null, sort: null })
    expect(isSameFilter(search, { show: 'attention', q: 'team:sales' })).toBe(true)
    expect(isSameFilter(search, { q: 'team:sales' })).toBe(false)
  })
  it('replace one of the same name', () => {
    const saved = withFilter([{ name: 'mine', search: { q: 'a' } }], { name: 'mine', search: { q: 'b' } })
    expect(saved).toEqual([{ name: 'mine', search: { q: 'b' } }])
  })
  it.each([null, 'x', '{}', '[null, 1, {"name": 1}]'])('are none where %j was kept', (text) => expect(readSaved(text)).toEqual([]))
})
