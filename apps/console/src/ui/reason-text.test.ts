import { describe, expect, it } from 'vitest'
import { API_REASONS } from '../../../../packages/domain/src/errors/api-reasons.js'
import { REASONS } from '../../../../packages/domain/src/errors/reasons.js'
import { messages } from '../messages.js'
import { reasonText } from './reason-text.js'

describe('reasons in words', () => {
  it('has words for every reason for which a source or a record may fail, and for no other', () => {
    const causes = Object.keys(REASONS).filter((code) => !Object.hasOwn(API_REASONS, code))
    const known = Object.keys(messages.reasons)
    expect(causes.filter((code) => !known.includes(code))).toEqual([])
    expect(known.filter((code) => !Object.hasOwn(REASONS, code))).toEqual([])
  })

  it('has different words for different reasons: lists must distinguish them', () => {
    const words = Object.values(messages.reasons)
    expect(words.filter((text, index) => words.indexOf(text) !== index)).toEqual([])
  })

  it('writes out a code that it does not know', () => {
    expect(reasonText('AUTH_FAILED')).toBe('Credentials refused')
    expect(reasonText('SOMETHING_NEW')).toBe('Something new')
    expect(reasonText('constructor')).toBe('Constructor')
  })
})
