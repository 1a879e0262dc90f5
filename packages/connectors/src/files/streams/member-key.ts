const MARK = '!/'

/** Returns the key of a file in an archive: `reports.zip!/2024/a.csv`. */
export const memberKey = (archive: string, name: string): string => `${archive}${MARK}${name}`

/** Returns the archives a key may belong to, since folder names may end with an exclamation mark. Empty for a key without the mark. */
export const archivesOf = (key: string): readonly string[] => {
  const archives: string[] = []
  for (let at = key.indexOf(MARK); at !== -1; at = key.indexOf(MARK, at + 1)) archives.push(key.slice(0, at))
  return archives
}
