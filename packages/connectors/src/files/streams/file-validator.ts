import type { Owner } from '../content/detect-format.js'

/**
 * The validator of a record in `files`: which stream reads the file, the pass that yielded its rows,
 * and which version it was. No pass: the rows of that version were not yielded yet. `broken`: the
 * version cannot become a document, which was already reported.
 */
export interface FileValidator {
  readonly owner: Owner | 'broken'
  readonly pass: number | null
  /** Of an archive: how many documents its files yielded; null if that is not known. */
  readonly documents: number | null
  /** How many rows the version had whose rows were last swept; null if that is not known. */
  readonly rows: number | null
  readonly signature: string
}

export const formatValidator = ({ owner, pass, documents, rows, signature }: FileValidator): string =>
  `${LETTERS[owner]}${pass ?? '-'}${owner === 'archive' ? `.${documents ?? '-'}` : ''}${rows === null ? '' : `#${rows}`}:${signature}`

const LETTERS = { rows: 'r', documents: 'd', broken: 'x', archive: 'z' } as const
const OWNERS: Readonly<Record<string, FileValidator['owner']>> = { r: 'rows', d: 'documents', x: 'broken', z: 'archive' }

/** Returns null for anything that is not such a validator. */
export const parseValidator = (text: string | null | undefined): FileValidator | null => {
  const found = /^([rdxz])(-|\d{1,15})(?:\.(-|\d{1,15}))?(?:#(\d{1,15}))?:(.+)$/.exec(text ?? '')
  if (found === null) return null
  const [, letter = '', pass, documents, rows, signature = ''] = found
  return { owner: OWNERS[letter] ?? 'broken', pass: toCount(pass), documents: toCount(documents), rows: toCount(rows), signature }
}

const toCount = (digits: string | undefined): number | null => (digits === undefined || digits === '-' ? null : Number(digits))

/** Whether a file may yield rows. */
export const hasRows = (validator: FileValidator | null): boolean => validator?.owner === 'rows' || validator?.owner === 'archive'
