const MARK = '!/'

/** Key of a file inside of an archive: `reports.zip!/2024/a.csv`. */
export const memberKey = (archive: string, name: string): string => `${archive}${MARK}${name}`

/** The archives a key may lie in: folders may have names that end with an exclamation mark. Empty for a key without the mark. */
export const archivesOf = (key: string): readonly string[] => {
  const archives: string[] = []
  for (let at = key.indexOf(MARK); at !== -1; at = key.indexOf(MARK, at + 1)) archives.push(key.slice(0, at))
  return archives
}
