import { Failure } from '@inlet/connector-sdk'
import { toStorable } from '../html/cut-text.js'
import type { ZipEntry } from '../zip/open-zip.js'
import { readXml } from './xml-events.js'

/** Reads the strings that cells refer to by number; empty without the part. Throws FILE_TOO_LARGE. */
export const readSharedStrings = async (part: ZipEntry | undefined, maxChars: number): Promise<readonly string[]> => {
  const strings: string[] = []
  if (part === undefined) return strings
  let current = ''
  let inText = false
  let phonetic = 0
  let chars = 0
  await readXml(part.bytes(), {
    open(name) {
      if (name === 'si') current = ''
      if (name === 'rPh') phonetic++
      inText = name === 't'
    },
    close(name) {
      inText = false
      if (name === 'rPh') phonetic--
      if (name !== 'si') return
      strings.push(unescapeXstring(current))
      // Even an empty string takes a slot in the list.
      chars += current.length + 8
      if (chars > maxChars) throw new Failure('FILE_TOO_LARGE', `the texts of the workbook take more than ${maxChars} characters`)
    },
    text(text) {
      if (inText && phonetic === 0 && current.length <= maxChars) current += text
    },
  })
  return strings
}

/**
 * Decodes the escapes of characters that XML cannot represent: `_x000D_`, and `_x005F_` for the
 * underscore itself (ECMA-376 part 1, 22.9.2.19).
 */
export const unescapeXstring = (text: string): string =>
  text.includes('_x')
    ? toStorable(text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_escape, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))))
    : text
