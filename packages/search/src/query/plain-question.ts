/** Models read no further, and no one asks longer questions. */
const MAX_CHARACTERS = 2_000

/** Returns a question as a person would say it, for a model: without excluded words and the signs of strict parts. */
export const plainQuestion = (question: string): string =>
  question
    .replace(/(^|\s)-(?:"[^"]*"?|[^\s"]+)/gu, '$1')
    .replace(/(^|\s)\+(?=\S)/gu, '$1')
    .replace(/"/gu, ' ')
    .replace(/\sOR\s/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, MAX_CHARACTERS)
    .replace(/[\uD800-\uDBFF]$/u, '')

/** Whether a question says enough for its meaning to help; a single word, a name or an identifier is better searched as it is. */
export const hasMeaning = (question: string): boolean =>
  (plainQuestion(question).match(/[\p{L}\p{N}]+(?:['’_./:@-][\p{L}\p{N}]+)*/gu) ?? []).length > 1 || isUnspaced(question)

const isUnspaced = (question: string): boolean => (question.match(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/gu) ?? []).length > 4
