import { withRawMember } from '@inlet/db'
import { describe, expect, it } from 'vitest'
import { toPageJson } from './record-json.js'

describe('raw members', () => {
  it('keep the digits of numbers', () => {
    expect(withRawMember({ a: 1 }, 'data', '{"n":12345678901234567890}')).toBe('{"a":1,"data":{"n":12345678901234567890}}')
    expect(withRawMember({}, 'data', 'null')).toBe('{"data":null}')
    expect(toPageJson(['{"x":1e999}', '2'], { nextCursor: null })).toBe('{"nextCursor":null,"items":[{"x":1e999},2]}')
  })
})
