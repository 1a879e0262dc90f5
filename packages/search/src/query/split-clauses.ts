/** A word or a phrase of a question, and how strict it is meant. */
export interface Clause {
  readonly text: string
  readonly phrase: boolean
  readonly mode: 'may' | 'must' | 'not'
  /** Whether a sign says so. */
  readonly signed: boolean
  /** Joined with the clause before it by OR. */
  readonly or: boolean
}

const QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”', '„': '“', '«': '»', '「': '」', '『': '』' }

/**
 * Splits a question at blanks, keeping `"phrases"` together. `+word` and `+"phrase"` must be there, `-word` and
 * `-"phrase"` must not, `a OR b` asks for one of them. Signs that mean none of this are left where they stand.
 */
export const splitClauses = (question: string): readonly Clause[] => {
  const clauses: Clause[] = []
  let or = false
  for (let at = 0; at < question.length; ) {
    if (/\s/u.test(question[at] ?? '')) {
      at += 1
      continue
    }
    const sign = signAt(question, at)
    const from = sign === null ? at : at + 1
    const phrase = phraseAt(question, from)
    const end = phrase?.end ?? wordEnd(question, from)
    const text = phrase?.text ?? question.slice(from, end)
    at = end
    if (phrase === null && sign === null && text === 'OR' && clauses.length > 0) {
      or = true
      continue
    }
    clauses.push({ text, phrase: phrase !== null, mode: sign ?? (phrase === null ? 'may' : 'must'), signed: sign !== null, or })
    or = false
  }
  return clauses
}

/** A sign before a digit is a number, two of them an option of a command line. */
const signAt = (question: string, at: number): 'must' | 'not' | null => {
  const [sign, next = ' '] = [question[at], question[at + 1]]
  if (sign !== '+' && sign !== '-') return null
  const begins = next in QUOTES || /\p{L}/u.test(next)
  if (!begins) return null
  return sign === '+' ? 'must' : 'not'
}

const phraseAt = (question: string, at: number): { readonly text: string; readonly end: number } | null => {
  const closing = QUOTES[question[at] ?? '']
  if (closing === undefined) return null
  const end = question.indexOf(closing, at + 1)
  return end <= at + 1 ? null : { text: question.slice(at + 1, end), end: end + 1 }
}

const wordEnd = (question: string, from: number): number => {
  let at = from
  // A quote inside a word belongs to it; an opening one after it begins a phrase of its own.
  while (at < question.length && !/\s/u.test(question[at] ?? '')) at += 1
  return Math.max(at, from + 1)
}
