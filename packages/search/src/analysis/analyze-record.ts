import type { Language } from '@inlet/domain'
import { splitChunks } from '../chunks/split-chunks.js'
import { detectLanguage } from '../language/detect-language.js'
import { type SearchableRecord, searchableText } from '../text/searchable-text.js'
import { wordsOf } from '../text/words.js'
import { type AnalyzedDocument, analyzeDocument } from './analyze.js'

/** A part of a record, indexed, cited and embedded on its own. */
export interface RecordPart extends AnalyzedDocument {
  readonly start: number
  readonly end: number
  readonly headings: readonly string[]
  readonly text: string
}

export interface AnalyzedRecord {
  readonly language: Language
  readonly parts: readonly RecordPart[]
}

const SAMPLE_CHARACTERS = 4_000

/** Splits a record into parts and counts their words, in the given language or the one it seems to be written in. */
export const analyzeRecord = (record: SearchableRecord, language: Language | null): AnalyzedRecord => {
  const { title, text } = searchableText(record)
  const chunks = splitChunks(text)
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) {
    const words = wordsOf(text)
    const own = language ?? detectLanguage(words.length === 0 ? wordsOf(title) : words)
    return { language: own, parts: [{ ...analyzeDocument(title, words, own), ...only, text }] }
  }
  const own = language ?? detectLanguage(wordsOf(text.slice(0, SAMPLE_CHARACTERS)))
  const titles = new Set(title.split('\n'))
  const parts = chunks.map((chunk) => {
    const part = text.slice(chunk.start, chunk.end)
    // The first heading is usually the title again, and must not count twice in every part but the first.
    const above = chunk.headings.filter((heading) => !titles.has(heading) && !part.startsWith(heading, part.search(/[^#\s]/u)))
    return { ...analyzeDocument([title, ...above].join('\n'), wordsOf(part), own), ...chunk, text: part }
  })
  return { language: own, parts }
}
