/** A word or phrase of a question, and how strictly it is meant. */
export interface Clause {
  readonly text: string
  readonly phrase: boolean
  readonly mode: 'may' | 'must' | 'not'
  /** Whether a sign made it strict. */
  readonly signed: boolean
  /** Joined to the previous clause by OR. */
  readonly or: boolean
}

const QUOTES: Readonly<Record<string, string>> = { '"': '"', '“': '”', '„': '“', '«': '»', '「': '」', '『': '』' }

/**
 * Splits a question at spaces, keeping `"phrases"` together. `+word` and `+"phrase"` are required, `-word` and
 * `-"phrase"` excluded; `a OR b` accepts either. Signs that mean none of this stay in the text.
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

/** A sign before a digit is a number, two of them a command-line option. */
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
