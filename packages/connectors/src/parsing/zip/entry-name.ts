import { isAscii, isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'
import { type Entry, getFileNameLowLevel } from 'yauzl'
import { guessShort } from '../encoding/guess-short.js'
import { LETTER_MODELS, type LetterModel } from '../encoding/letter-models.js'

const UTF8_FLAG = 0x800
/** Info-ZIP's extra field with the name in UTF-8. */
const UNICODE_PATH = 0x7075
/** Below this certainty the name is decoded as the format says. */
const CERTAIN = 0.95

const priorOf: Readonly<Record<string, number>> = { cp866: -2, 'windows-1251': -4, 'windows-1252': -4 }

/** What programs write into zips, by the language of their system; code page 437 is what the format says (APPNOTE 4.4.17, D.1). */
const MODELS: readonly LetterModel[] = [
  { encoding: 'cp437', letters: 'éäöüèàçáóñíúâêîôûåæßìòùïëÿ', mixed: true, prior: 0 },
  ...LETTER_MODELS.flatMap((model) => {
    const prior = priorOf[model.encoding]
    return prior === undefined ? [] : [{ ...model, prior }]
  }),
]

/**
 * Decodes the name of a file in a zip: UTF-8 if the archive says so, or if it does not and the bytes are, as on macOS; otherwise code page 437,
 * unless the bytes are certainly in another encoding. Returns it with slashes between folders.
 */
export const entryName = ({ generalPurposeBitFlag: flags, fileNameRaw: raw, extraFields }: Entry): string => {
  const says = (flags & UTF8_FLAG) !== 0 || extraFields.some(({ id }) => id === UNICODE_PATH)
  if (says || isAscii(raw)) return getFileNameLowLevel(flags, raw, extraFields, false)
  return (isUtf8(raw) ? raw.toString('utf8') : decodeGuessed(raw)).replaceAll('\\', '/')
}

const decodeGuessed = (raw: Buffer): string => {
  const guess = guessShort(raw, MODELS)
  return iconv.decode(raw, guess !== null && guess.certainty >= CERTAIN ? guess.encoding : 'cp437')
}
