import type { SourceRecord } from '@inlet/connector-sdk'
import type { FileEntry } from './file-entries.js'

export const FILES = 'files'
const LINK = '120000'

/** Whether the mode is that of a document: regular files and links are, folders and submodules are not. Pure. */
export const isFileMode = (mode: string | null): boolean => mode === '100644' || mode === '100755' || mode === '100664' || mode === LINK

export interface FileOrigin {
  readonly projectId: string
  readonly branch: string
}

/** The text of a file, or why it was left out. */
export type FileContent = { readonly text: string; readonly encoding: string } | { readonly left: 'binary' | 'too_large' | 'names_only' }

/** Turns a file into a document. The text of a link is its target; it is never followed. Pure. */
export const toFileRecord = (
  entry: FileEntry,
  origin: FileOrigin,
  { size, validator, content }: { size: number; validator: string; content: FileContent },
): SourceRecord => ({
  stream: FILES,
  key: entry.path,
  kind: 'document',
  title: entry.path.split('/').at(-1),
  ...('text' in content ? { text: content.text } : {}),
  validator,
  data: {
    path: entry.path,
    projectId: origin.projectId,
    branch: origin.branch,
    blob: entry.id,
    type: entry.mode === LINK ? 'link' : 'file',
    executable: entry.mode === '100755',
    sizeBytes: size,
    ...('text' in content ? { encoding: content.encoding } : { contentLeftOut: content.left }),
  },
})

/** As in git: a NUL in this many first bytes. */
const BINARY_PROBE = 8000

/** Decodes UTF-8, UTF-16 with a byte order mark, or else Windows-1252; returns null for binary content. Pure. */
export const decodeText = (bytes: Buffer): { readonly text: string; readonly encoding: string } | null => {
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null
  if (marked === null && bytes.subarray(0, BINARY_PROBE).includes(0)) return null
  const text = decodeAs(marked ?? 'utf-8', bytes)
  if (text?.includes('\0') === true) return null
  if (text !== null) return { text, encoding: marked ?? 'utf-8' }
  return bytes.includes(0) ? null : { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' }
}

const decodeAs = (encoding: string, bytes: Buffer): string | null => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
