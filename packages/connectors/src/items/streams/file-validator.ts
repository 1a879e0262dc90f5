import type { Owner } from '../content/detect-format.js'

/**
 * The validator of a record in `files`: who reads the file, in which pass its rows were yielded, and the version that
 * was. No pass: nobody has yielded the rows of that version yet. `broken`: the version cannot be made a document, which
 * was said already.
 */
export interface FileValidator {
  readonly owner: Owner | 'broken'
  readonly pass: number | null
  readonly signature: string
}

export const formatValidator = ({ owner, pass, signature }: FileValidator): string => `${LETTERS[owner]}${pass ?? '-'}:${signature}`

const LETTERS = { rows: 'r', documents: 'd', broken: 'x' } as const

/** Null for anything that is not such a validator. */
export const parseValidator = (text: string | null | undefined): FileValidator | null => {
  const found = /^([rdx])(-|\d{1,15}):(.+)$/.exec(text ?? '')
  if (found === null) return null
  return {
    owner: found[1] === 'r' ? 'rows' : found[1] === 'd' ? 'documents' : 'broken',
    pass: found[2] === '-' ? null : Number(found[2]),
    signature: found[3] ?? '',
  }
}
