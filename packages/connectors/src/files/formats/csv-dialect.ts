const CANDIDATES = [',', ';', '\t', '|'] as const
const MAX_LINES = 50

/** Line ends are \n or \r\n unless the text has only \r, as old Macs wrote. */
export const detectNewline = (sample: string): '\n' | '\r' => (sample.includes('\r') && !sample.includes('\n') ? '\r' : '\n')

/** Returns the delimiter that splits most lines of a sample into the same number of fields, the more the better; comma when none does. */
export const detectDelimiter = (sample: string, quote: string): string => {
  const lines = sampleLines(sample, quote)
  let best = { delimiter: ',', score: 0 }
  for (const delimiter of CANDIDATES) {
    const score = scoreOf(lines.map((line) => line.split(delimiter).length - 1))
    if (score > best.score) best = { delimiter, score }
  }
  return best.delimiter
}

/** Whether the sample looks like a table: at least two lines, all with the same number of the same delimiter. */
export const looksTabular = (sample: string): boolean => {
  const lines = sampleLines(sample, '"')
  return (
    lines.length >= 2 &&
    CANDIDATES.some((delimiter) => {
      const counts = new Set(lines.map((line) => line.split(delimiter).length))
      return counts.size === 1 && !counts.has(1)
    })
  )
}

const scoreOf = (counts: readonly number[]): number => {
  const byCount = new Map<number, number>()
  for (const count of counts) if (count > 0) byCount.set(count, (byCount.get(count) ?? 0) + 1)
  let score = 0
  for (const [count, lines] of byCount) score = Math.max(score, lines * 1000 + Math.min(count, 999))
  return score
}

/** Returns the first lines, without quoted text and without the last line, which the sample may have truncated. */
const sampleLines = (sample: string, quote: string): readonly string[] => {
  const plain = quote === '' ? sample : outsideQuotes(sample, quote)
  const lines = plain.split(/\r\n|\n|\r/).slice(0, MAX_LINES + 1)
  return (lines.length > 1 ? lines.slice(0, -1) : lines).filter((line) => line !== '')
}

const outsideQuotes = (text: string, quote: string): string =>
  text
    .split(quote)
    .filter((_part, index) => index % 2 === 0)
    .join('')
