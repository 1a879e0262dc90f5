import type { Caveat } from '@inlet/connector-sdk'
import { caveatIf, damageCaveat, encodingCaveats } from '../../parsing/caveats/caveats.js'
import type { Content } from '../content/content.js'
import type { Document } from '../formats/document.js'

/** What is to be reported of the content of a file, since the call before. */
export interface ContentCaveats {
  take(isEnd: boolean): readonly Caveat[]
}

/** @param file how people know it */
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

/** Whether a document has a text, and whether it shows one that cannot be read. */
export const documentCaveats = ({ text, unreadable = false }: Document, file: string): readonly Caveat[] => [
  caveatIf('DOCUMENT_WITHOUT_TEXT', text.trim() === '' && !unreadable, file),
  caveatIf('TEXT_UNREADABLE', unreadable, file),
]
