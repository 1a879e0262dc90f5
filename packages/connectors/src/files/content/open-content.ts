import { Failure } from '@inlet/connector-sdk'
import { gunzip, isGzip } from '../../parsing/bytes/gunzip.js'
import type { Zip } from '../../parsing/zip/open-zip.js'
import type { TableLayout } from '../formats/row-event.js'
import { openArchiveContent } from './archive-content.js'
import { type BinaryFormat, binaryContradiction, binaryKind, isBinaryFormat } from './binary-format.js'
import { peekStart, type StartedBytes, toGenerator } from './bytes-start.js'
import type { Content, Raw } from './content.js'
import { fixedFormat, ownerOf } from './detect-format.js'
import { noMembers, openText } from './open-text.js'
import { docxDocument, openArchive, parquetRows, pdfDocument, pdfRows, toRandomAccess, xlsxRows } from './read-binary.js'
import type { ReadingTools } from './reading-tools.js'
import { type LocalFile, spool } from './spool.js'

/**
 * Inspects the start of some bytes and prepares the rest. Throws FILE_TOO_LARGE, EMPTY_FILE, CONTENT_MISMATCH, ARCHIVE_NESTED, and while it
 * streams ARCHIVE_BOMB, FILE_UNREADABLE and what the formats throw. The caller closes it, before the item.
 */
export const openContent = async (raw: Raw, tools: ReadingTools): Promise<Content> => {
  const { config } = tools
  if (raw.item !== undefined && raw.item.size > config.maxFileBytes)
    throw new Failure('FILE_TOO_LARGE', `the file has more than maxFileBytes (${config.maxFileBytes})`)
  const outer = await peekStart(toGenerator(raw.bytes))
  const zipped = isGzip(outer.start)
  if (zipped && raw.item === undefined) throw new Failure('ARCHIVE_NESTED', 'it is compressed twice')
  const bytes = zipped ? await peekStart(gunzip(outer.all(), config)) : outer
  const close = async (): Promise<void> => {
    await bytes.close()
    await outer.close()
  }
  try {
    if (bytes.start.length === 0) throw new Failure('EMPTY_FILE', 'the file has no content')
    const format = binaryFormatOf(raw.name, bytes.start, tools)
    if (format !== null) return await openBinary(format, { bytes, zipped, raw, tools, close })
    return { ...openText(bytes, raw.name, config), close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}

/** Returns null for a text. */
const binaryFormatOf = (name: string, start: Buffer, { config }: ReadingTools): BinaryFormat | null => {
  const fixed = fixedFormat(name, config)
  if (fixed === null) return binaryKind(start)
  if (!isBinaryFormat(fixed)) return null
  const why = binaryContradiction(fixed, start)
  if (why !== null) throw new Failure('CONTENT_MISMATCH', why)
  return fixed
}

interface BinarySource {
  readonly bytes: StartedBytes
  readonly zipped: boolean
  readonly raw: Raw
  readonly tools: ReadingTools
  readonly close: () => Promise<void>
}

const openBinary = async (format: BinaryFormat, source: BinarySource): Promise<Content> => {
  const { raw, tools, zipped } = source
  const { item } = raw
  if (format === 'parquet' && !zipped && item?.readAt !== undefined) {
    const file = { size: item.size, readAt: item.readAt }
    return { ...binaryContent(format, tools), rows: () => parquetRows(file, tools), readsAll: false, close: source.close }
  }
  const file = await toLocal(source)
  const close = async (): Promise<void> => {
    await file.close()
    await source.close()
  }
  try {
    return { ...(await localContent(format, { file, raw, tools })), close }
  } catch (thrown) {
    await file.close()
    throw thrown
  }
}

/** Returns the file itself if it is uncompressed on this machine; otherwise a copy. */
const toLocal = ({ bytes, zipped, raw, tools }: BinarySource): Promise<LocalFile> => {
  const { item } = raw
  if (item?.handle !== undefined && !zipped) return Promise.resolve({ handle: item.handle, size: item.size, close: () => Promise.resolve() })
  const limit = zipped || item === undefined ? 'maxExpandedBytes' : 'maxFileBytes'
  return spool(bytes.all(), { folder: tools.workDir, maxBytes: tools.config[limit], limit })
}

const localContent = async (
  format: BinaryFormat,
  { file, raw, tools }: { file: LocalFile; raw: Raw; tools: ReadingTools },
): Promise<Omit<Content, 'close'>> => {
  const base = binaryContent(format, tools)
  switch (format) {
    case 'pdf':
      return { ...base, rows: () => pdfRows(toRandomAccess(file), tools), document: () => pdfDocument(toRandomAccess(file), tools) }
    case 'docx':
      return { ...base, document: () => docxDocument(file, tools) }
    case 'xlsx': {
      const layouts: TableLayout[] = []
      return { ...base, rows: () => xlsxRows(file, tools, layouts), layouts: () => layouts }
    }
    case 'parquet':
      return { ...base, rows: () => parquetRows(toRandomAccess(file), tools) }
    case 'zip':
      return zipContent(file, raw, tools)
    default:
      throw new Failure('INTERNAL', `there is no reader of ${String(format)}`)
  }
}

const zipContent = async (file: LocalFile, raw: Raw, tools: ReadingTools): Promise<Omit<Content, 'close'>> => {
  // Office files without a known name are zips by their content.
  const kind = fixedFormat(raw.name, tools.config) === 'zip' ? 'zip' : await zipKind(await openArchive(file, tools))
  if (kind !== 'zip') return localContent(kind, { file, raw, tools })
  if (raw.item === undefined) throw new Failure('ARCHIVE_NESTED', 'it is an archive itself')
  return openArchiveContent(await openArchive(file, tools), { tools, open: openContent })
}

const binaryContent = (format: BinaryFormat, { config }: ReadingTools): Omit<Content, 'close'> => ({
  format,
  owner: ownerOf(format, config),
  // Only the owner of the format may call this.
  rows: noMembers,
  document: () => Promise.reject(new Failure('INTERNAL', `${format} is no document`)),
  members: noMembers,
  readsAll: true,
})

const MAX_LOOKED_AT = 1000

/** Returns what a zip without a known name is. Throws CONTENT_MISMATCH for packages of other programs, whose parts mean nothing to us. */
const zipKind = async (zip: Zip): Promise<'docx' | 'xlsx' | 'zip'> => {
  let looked = 0
  let isPackage = false
  for await (const { name } of zip.entries()) {
    if (name === 'word/document.xml') return 'docx'
    if (name === 'xl/workbook.xml') return 'xlsx'
    isPackage ||= name === '[Content_Types].xml' || name === 'mimetype' || name === 'META-INF/MANIFEST.MF'
    if (++looked >= MAX_LOOKED_AT) break
  }
  if (isPackage) throw new Failure('CONTENT_MISMATCH', 'the content is another kind of package (such as PPTX, ODT, EPUB or JAR), which is not read')
  return 'zip'
}
