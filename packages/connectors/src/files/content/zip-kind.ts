import { Failure } from '@inlet/connector-sdk'
import type { Zip } from '../../parsing/zip/open-zip.js'

const MAX_LOOKED_AT = 1000

/** What a zip without a telling name is. Throws CONTENT_MISMATCH for packages of other programs, whose parts tell nobody anything. */
export const zipKind = async (zip: Zip): Promise<'docx' | 'xlsx' | 'zip'> => {
  let looked = 0
  let isPackage = false
  for await (const { name } of zip.entries()) {
    if (name === 'word/document.xml') return 'docx'
    if (name === 'xl/workbook.xml') return 'xlsx'
    isPackage ||= name === '[Content_Types].xml' || name === 'mimetype' || name === 'META-INF/MANIFEST.MF'
    if (++looked >= MAX_LOOKED_AT) break
  }
  if (isPackage) throw new Failure('CONTENT_MISMATCH', 'the content is the package of a program (such as PPTX, ODT, EPUB or JAR), which is not read')
  return 'zip'
}
