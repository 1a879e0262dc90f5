import usualForms from 'opencc-js/dict/STCharacters'
import simplifications from 'opencc-js/dict/TSCharacters'

const pairsOf = (groups: string): readonly string[][] => groups.split('|').map((group) => group.split(' '))

const simplifiedOf = new Map<string, string>()
/** For each simplified character, what it may stand for, the usual form first. */
const traditionalOf = new Map<string, Set<string>>()
for (const [simplified = '', ...usual] of pairsOf(usualForms)) traditionalOf.set(simplified, new Set(usual))
for (const [traditional = '', simplified = ''] of pairsOf(simplifications)) {
  simplifiedOf.set(traditional, simplified)
  // Without a usual form, the character is common to both scripts: 面 is 麵 only where it means noodles.
  traditionalOf.set(simplified, (traditionalOf.get(simplified) ?? new Set([simplified])).add(traditional))
}
// Of several forms, one is often the character itself: 台湾 is 臺灣 or 台灣.
for (const [simplified, traditional] of traditionalOf) if (traditional.size > 1) traditional.add(simplified)

/** The most spellings of a word: each character has at most five, a long word very many. */
const MAX_FORMS = 8

/** Returns the spellings of a Chinese word in simplified and in traditional characters; none if no character differs. */
export const hanForms = (word: string): readonly string[] => {
  const characters = Array.from(word)
  if (!characters.some((one) => simplifiedOf.has(one) || traditionalOf.has(one))) return []
  const simplified = characters.map((one) => simplifiedOf.get(one) ?? one)
  let traditional = ['']
  for (const one of simplified) {
    const choices = [...(traditionalOf.get(one) ?? [one])]
    const next = choices.flatMap((choice) => traditional.map((before) => before + choice))
    traditional = next.length <= MAX_FORMS ? next : traditional.map((before) => before + (choices[0] ?? one))
  }
  return [...new Set([simplified.join(''), ...traditional])].filter((form) => form !== word)
}
