import { describe, expect, it } from 'vitest'
import { findInvisible } from '../sources/source-name.js'

describe('findInvisible', () => {
  it.each([
    '\u202e', // right-to-left override
    '\u2066',
    '\u2069',
    '\u200e',
    '\u061c',
    '\u200b', // zero width space
    '\u200c',
    '\u200d',
    '\u2060',
    '\ufeff',
    '\u00ad', // soft hyphen
    '\u034f',
    '\u115f',
    '\u3164', // Hangul filler
    '\uffa0',
    '\u2800',
    '\u180e',
    '\ufe0f',
    '\u{e0041}', // tag
    '\u{e0101}',
    '\ufff9',
    '\u2028',
    '\u2029',
    '\0',
    '\n',
    '\u0085',
    '\ufffe',
    '\ud800',
  ])('finds %j within a name', (character) => {
    const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
    for (const name of [`ad${character}min`, `${character}admin`, `admin${character}`]) expect([name, findInvisible(name)]).toEqual([name, code])
  })

  it.each([
    'Docs & more — 2026 (β)',
    'قناة الأخبار',
    'می\u200cخواهم',
    'क्\u200dष',
    'ශ්\u200dරී',
    'שלום עולם',
    '葛\u{e0100}城',
    '日本語のソース',
    '한국어',
    'ไทย',
    'é e\u0301',
    '👨\u200d👩\u200d👧 family',
    '❤\ufe0f data',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    '1\ufe0f\u20e3 first',
    'non\u00a0breaking',
    'ideographic\u3000space',
  ])('lets %j be', (name) => expect(findInvisible(name)).toBeNull())
})
