import { compileGlobs } from '@inlet/connector-sdk'

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
  // Names of tables are no paths: a slash or a dot in them is a character like any other.
  const options = { flat: true, negate: true }
  const included = compileGlobs(include, options)
  const excluded = compileGlobs(config.exclude, options)
  return (table, name) => (included(table) || included(name)) && !(excluded(table) || excluded(name))
}
