import { type Language, STEMMED_LANGUAGES } from '@inlet/domain'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wordsOf } from '../text/words.js'
import { createTextReader, readText } from './match-text.js'

const TEXT = 'Das Haus der Häuser: les chevaux courent; running runners ran, über Ärzte, dying ties and skies'

describe('createTextReader', () => {
  it('stems whatever can equal a form of the terms, and nothing else', () => {
    const words = wordsOf(TEXT)
    const reader = createTextReader([{ word: 'running', variants: ['run'], weight: 1 }])
    const { words: read, stems } = reader(words, 'en')
    const all = readText(words, 'en')
    expect(read).toEqual(all.words)
    expect(stems).toEqual(all.words.map(({ text }, n) => (text.startsWith('r') ? all.stems[n] : text)))
    expect(stems).toContain('run')
  })

  it('finds every word by its stem, in every language', () => {
    const expectFound = (text: string, language: Language): void => {
      const words = wordsOf(text)
      const { stems } = readText(words, language)
      const reader = createTextReader(stems.map((stem) => ({ word: stem, variants: [stem], weight: 1 })))
      expect(reader(words, language).stems).toEqual(stems)
    }
    for (const text of ['cuma', 'dumu', 'bime']) expectFound(text, 'tr')
    const letters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzaeiouyäöüéèñçßæøåışğ'.split(''))
    const word = fc
      .tuple(fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'.split('')), fc.string({ unit: letters, minLength: 2, maxLength: 12 }))
      .map((parts) => parts.join(''))
    fc.assert(fc.property(word, fc.constantFrom(...STEMMED_LANGUAGES), expectFound), { numRuns: 5_000 })
  })
})
