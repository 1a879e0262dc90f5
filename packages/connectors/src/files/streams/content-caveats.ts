import type { Caveat } from '@inlet/connector-sdk'
import { caveatIf, damageCaveat, encodingCaveats } from '../../parsing/caveats/caveats.js'
import type { Content } from '../content/content.js'
import type { Document } from '../formats/document.js'

/** Caveats about the content of a file, since the previous call. */
export interface ContentCaveats {
  take(isEnd: boolean): readonly Caveat[]
}

/** @param file the name shown to people */
export const createContentCaveats = (content: Content, file: string): ContentCaveats => {
  let layouts = 0
  let saidEncoding = false
  const ofLayouts = (): readonly Caveat[] => {
    const found = content.layouts?.().slice(layouts) ?? []
    layouts += found.length
    return found.map(({ guesses, summary, advice }) => {
      const parts = [...guesses, summary, advice ?? ''].filter((part) => part !== '')
      return caveatIf('LAYOUT_GUESSED', guesses.length > 0 || typeof advice === 'string', `${file}: ${parts.join('; ')}`)
    })
  }
  const ofEncoding = (isEnd: boolean): readonly Caveat[] => {
    const certainty = content.certainty?.()
    if (saidEncoding || certainty === undefined || (certainty === 1 && !isEnd)) return []
    saidEncoding = true
    return encodingCaveats(file, { charset: content.encoding?.() ?? '', certainty })
  }
  return {
    take: (isEnd) => [
      ...ofLayouts(),
      ...ofEncoding(isEnd),
      ...(isEnd && content.damaged !== undefined ? [damageCaveat(file, { charset: content.encoding?.() ?? '', damaged: content.damaged() })] : []),
    ],
  }
}

/** Reports whether a document has no text, or displays text that cannot be read. */
export const documentCaveats = ({ text, unreadable = false }: Document, file: string): readonly Caveat[] => [
  caveatIf('DOCUMENT_WITHOUT_TEXT', text.trim() === '' && !unreadable, file),
  caveatIf('TEXT_UNREADABLE', unreadable, file),
]
