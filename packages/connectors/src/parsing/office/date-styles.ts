import type { ZipEntry } from '../zip/open-zip.js'
import { readXml } from './xml-events.js'

/** Excel's built-in formats for dates and times, ECMA-376 part 1, 18.8.30, including those for East Asia. */
const BUILT_IN = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56, 57, 58])

/** How a cell style shows a number: as a date or time, or as elapsed time. */
export type DateStyle = 'date' | 'elapsed'

/** `[h]:mm:ss`. */
const BUILT_IN_ELAPSED = 46

/** Returns the numbers of the cell styles that show a number as a date or time. */
export const readDateStyles = async (part: ZipEntry | undefined): Promise<ReadonlyMap<number, DateStyle>> => {
  const styles = new Map<number, DateStyle>()
  if (part === undefined) return styles
  const formats = new Map<number, string>()
  let inCells = false
  let index = 0
  await readXml(part.bytes(), {
    open(name, attributes) {
      if (name === 'numFmt') formats.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '')
      if (name === 'cellXfs') inCells = true
      if (name !== 'xf' || !inCells) return
      const id = Number(attributes['numFmtId'] ?? 0)
      const own = formats.get(id)
      if (own === undefined ? BUILT_IN.has(id) : isDateFormat(own))
        styles.set(index, (own === undefined ? id === BUILT_IN_ELAPSED : isElapsedFormat(own)) ? 'elapsed' : 'date')
      index++
    },
    close: (name) => {
      if (name === 'cellXfs') inCells = false
    },
  })
  return styles
}

/** Whether a format code contains a date letter outside quotes, brackets and escapes; `[h]` and the like count hours. */
export const isDateFormat = (code: string): boolean => {
  const bare = code
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\\./g, '')
    .replaceAll(/[_*]./g, '')
    .replaceAll(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
  return /[dmyhs]/i.test(bare.replaceAll(/general/gi, ''))
}

/** Whether a format code counts hours, minutes or seconds beyond a day: `[h]:mm`. */
export const isElapsedFormat = (code: string): boolean => /\[(?:h+|m+|s+)\]/i.test(code.replaceAll(/"[^"]*"|\\./g, ''))
