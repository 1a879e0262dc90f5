/** Returns the title of a Markdown text: `title` of its front matter, otherwise its first heading outside code; undefined when it has none. */
export const markdownTitle = (text: string): string | undefined => {
  const lines = text.slice(0, 200_000).split(/\r?\n/)
  const front = frontMatterEnd(lines)
  const named = lines.slice(1, Math.max(front, 1)).map((line) => /^title:\s*(.+)$/.exec(line)?.[1])
  const title = named.find((value) => value !== undefined)
  if (title !== undefined) return clean(title.replace(/^(["'])(.*)\1\s*$/, '$2'))
  return firstHeading(lines.slice(front === 0 ? 0 : front + 1))
}

const frontMatterEnd = (lines: readonly string[]): number => (lines[0]?.trim() === '---' ? Math.max(0, lines.indexOf('---', 1)) : 0)

const firstHeading = (lines: readonly string[]): string | undefined => {
  let fence: string | undefined
  for (const [index, line] of lines.entries()) {
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1]
    if (mark !== undefined && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined
    if (fence !== undefined || mark !== undefined) continue
    const heading = /^ {0,3}#{1,6}[ \t]+(.*)$/.exec(line)?.[1]
    if (heading !== undefined && clean(heading) !== undefined) return clean(heading)
    if (line.trim() !== '' && /^ {0,3}=+[ \t]*$/.test(lines[index + 1] ?? '')) return clean(line)
  }
  return undefined
}

const clean = (title: string): string | undefined => {
  const plain = title
    .slice(0, 1000)
    .replace(/[ \t]#+[ \t]*$/, '')
    .trim()
  return plain === '' ? undefined : plain
}
