import { Failure } from '@inlet/connector-sdk'
import type { Zip, ZipEntry } from '../../parsing/zip/open-zip.js'
import type { Content, Member, Raw } from './content.js'
import { fixedFormat } from './detect-format.js'
import type { ReadingTools } from './reading-tools.js'

export interface ArchiveOptions {
  readonly tools: ReadingTools
  /** Opens the content of a file inside. */
  readonly open: (raw: Raw, tools: ReadingTools) => Promise<Content>
}

/** Presents an archive as files inside a file. */
export const openArchiveContent = (zip: Zip, { tools, open }: ArchiveOptions): Omit<Content, 'close'> => ({
  format: 'zip',
  owner: 'archive',
  async *rows() {},
  document: () => Promise.reject(new Failure('INTERNAL', 'an archive is no document')),
  async *members() {
    const inside = memberTools(tools)
    for await (const entry of zip.entries()) if (!isDecoration(entry.name)) yield toMember(entry, inside, open)
  },
  readsAll: true,
})

/** `format: zip` refers to the archive, any other format to the files in it. */
export const memberTools = (tools: ReadingTools): ReadingTools =>
  tools.config.format === 'zip' ? { ...tools, config: { ...tools.config, format: 'auto' } } : tools

/** Files that operating systems add on their own. */
const isDecoration = (name: string): boolean => name.startsWith('__MACOSX/') || /(?:^|\/)(?:\.[^/]*|Thumbs\.db|desktop\.ini)$/i.test(name)

const toMember = (entry: ZipEntry, tools: ReadingTools, open: ArchiveOptions['open']): Member => ({
  name: entry.name,
  open() {
    if (entry.refused !== null) return Promise.reject(entry.refused)
    const name = entry.name.slice(entry.name.lastIndexOf('/') + 1)
    if (fixedFormat(name, tools.config) === 'zip') return Promise.reject(new Failure('ARCHIVE_NESTED', 'it is an archive itself'))
    return open({ name, bytes: entry.bytes() }, tools)
  },
})
