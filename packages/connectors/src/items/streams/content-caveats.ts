import type { Caveat, CaveatKind } from '@inlet/connector-sdk'
import type { Content } from '../content/content.js'
import type { Document } from '../formats/document.js'

/** Below this an encoding can hardly be called known. */
const DOUBTFUL_BELOW = 0.9

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
    return found.map(({ guesses, summary }) =>
      guesses.length === 0
        ? { kind: 'LAYOUT_GUESSED', count: 0, of: 1 }
        : { kind: 'LAYOUT_GUESSED', example: `${file}: ${[...guesses, summary].filter((part) => part !== '').join('; ')}` },
    )
  }
  const ofEncoding = (isEnd: boolean): readonly Caveat[] => {
    const certainty = content.certainty?.()
    if (saidEncoding || certainty === undefined || (certainty === 1 && !isEnd)) return []
    saidEncoding = true
    const example = `${file}: ${content.encoding?.()}, certain to ${Math.floor(certainty * 100)} %`
    return [
      among('ENCODING_GUESSED', certainty < 1 && certainty >= DOUBTFUL_BELOW, example),
      among('ENCODING_DOUBTFUL', certainty < DOUBTFUL_BELOW, example),
    ]
  }
  return {
    take: (isEnd) => [
      ...ofLayouts(),
      ...ofEncoding(isEnd),
      ...(isEnd && content.damaged !== undefined ? [among('BYTES_UNDECODABLE', content.damaged(), `${file}: not ${content.encoding?.()}`)] : []),
    ],
  }
}

/** One that was looked at, and whether the kind concerns it. */
const among = (kind: CaveatKind, concerned: boolean, example: string): Caveat =>
  concerned ? { kind, count: 1, of: 1, example } : { kind, count: 0, of: 1 }

/** Whether a document has a text, and whether it shows one that cannot be read. */
export const documentCaveats = ({ text, unreadable = false }: Document, file: string): readonly Caveat[] => [
  among('DOCUMENT_WITHOUT_TEXT', text.trim() === '' && !unreadable, file),
  among('TEXT_UNREADABLE', unreadable, file),
]
