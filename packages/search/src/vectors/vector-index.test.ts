import { describe, expect, it } from 'vitest'
import { whyNoVectorIndex } from './vectors.js'

const PRESENT = { isWanted: true, extension: { installed: '0.8.1', available: '0.8.1' }, dimensions: 384 }

describe('whether vectors have an index', () => {
  it('has one where the extension is installed, or can be', () => {
    expect(whyNoVectorIndex(PRESENT)).toBeNull()
    expect(whyNoVectorIndex({ ...PRESENT, extension: { installed: null, available: '0.8.0' } })).toBeNull()
    expect(whyNoVectorIndex({ ...PRESENT, extension: { installed: '1.0', available: null }, dimensions: 4_000 })).toBeNull()
  })

  it.each([
    [{ isWanted: false }, /switched off/],
    [{ extension: { installed: null, available: null } }, /no extension/],
    [{ extension: { installed: '0.7.4', available: '0.8.1' } }, /is 0\.7\.4.*0\.8 or newer/],
    [{ extension: { installed: null, available: '0.6.0' } }, /is 0\.6\.0/],
    [{ dimensions: 4_001 }, /4000 dimensions.*4001/],
  ])('says why not: %j', (changes, why) => {
    expect(whyNoVectorIndex({ ...PRESENT, ...changes })).toMatch(why)
  })
})
