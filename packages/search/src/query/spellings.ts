import type { Language } from '@inlet/domain'
import { isStopWordOf } from '../language/detect-language.js'
import { foldWord } from '../text/fold.js'
import { hanForms } from '../text/han-forms.js'
import type { Word } from '../text/words.js'

/** A word of a question, with its original spelling. */
export interface WrittenWord extends Word {
  readonly written: string
}

const UMLAUTS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa' }
const UMLAUT = /[äöüå]/gu
/** What may stand for an umlaut: in `Steuer`, `Mauer` and `Quelle` it does not. */
const DIGRAPH = /(?<![aeq])ue|[ao]e/gu
/** Languages whose writers use both spellings. */
const WITH_UMLAUTS: ReadonlySet<Language> = new Set(['de', 'sv', 'da', 'no', 'fi'])
/** In other languages, shorter words with these letters are words of their own, such as `poet`, and different words without the e. */
const LEAST_FOREIGN = 6
const LEAST = 4

/**
 * Returns other spellings of a word under which a text may contain it, folded: `passwoerter` and `passwörter`, 数据库 and 數據庫. Texts are indexed as
 * they are written, so that this also covers whatever was stored before.
 */
export const otherSpellings = ({ kind, text, written }: WrittenWord, languages: readonly Language[]): readonly string[] => {
  if (kind === 'whole') return []
  const forms = [withDigraphs(written), ...withUmlauts(text, languages), ...hanForms(text)]
  return [...new Set(forms)].filter((form) => form !== text && !isStopWordOf(form, languages))
}

const withDigraphs = (written: string): string =>
  foldWord(
    written
      .normalize('NFC')
      .toLowerCase()
      .replace(UMLAUT, (letter) => UMLAUTS[letter] ?? letter),
  )

/** The accents of umlauts are folded away. Each of the first two digraphs may or may not be an umlaut. */
const withUmlauts = (text: string, languages: readonly Language[]): readonly string[] => {
  if (text.length < (languages.some((language) => WITH_UMLAUTS.has(language)) ? LEAST : LEAST_FOREIGN)) return []
  const places = [...text.matchAll(DIGRAPH)].map(({ index }) => index + 1)
  const [first, second] = places
  if (first === undefined) return []
  const without = (left: readonly number[]): string =>
    Array.from(text)
      .filter((_letter, at) => !left.includes(at))
      .join('')
  return second === undefined ? [without(places)] : [without(places), without([first]), without([second])]
}
