import picomatch from 'picomatch'

interface SelectionSettings {
  readonly include?: readonly string[] | undefined
  readonly exclude: readonly string[]
  readonly tables: readonly unknown[]
  readonly queries: readonly unknown[]
}

/** Whether a discovered table is wanted, by its own name or the one with its schema. */
export const createSelection = (config: SelectionSettings): ((table: string, name: string) => boolean) => {
  const named = config.tables.length + config.queries.length > 0
  const include = config.include ?? (named ? [] : ['*'])
  const matches = (globs: readonly string[], text: string): boolean => globs.length > 0 && picomatch([...globs], { dot: true })(text)
  const listed = (globs: readonly string[], table: string, name: string): boolean => matches(globs, table) || matches(globs, name)
  return (table, name) => listed(include, table, name) && !listed(config.exclude, table, name)
}
