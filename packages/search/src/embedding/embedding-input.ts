/** A part of a record as it is embedded. */
export interface EmbeddablePart {
  readonly title: string | null
  readonly headings: readonly string[]
  readonly text: string
}

/** Parts are shorter, but for titles and scripts without spaces; what is longer says no more in one vector. */
const MAX_CHARACTERS = 6_000

/** What stands for a part of a record: its title and headings, then its text, each once. Empty when it says nothing. */
export const embeddingInput = ({ title, headings, text }: EmbeddablePart): string => {
  const own = text.trim()
  const first = own.slice(0, own.search(/\n|$/u)).replace(/^#+\s*/u, '')
  const above = [title?.trim() ?? '', ...headings].filter((line, n, all) => line !== '' && !first.startsWith(line) && all.indexOf(line) === n)
  return wellFormed([...above, own].join('\n').trim().slice(0, MAX_CHARACTERS))
}

/** Half of a surrogate pair is no text; a cut may leave one. */
const wellFormed = (text: string): string => text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/gu, '')
