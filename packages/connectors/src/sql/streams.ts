import { compileGlobs, Failure, type StreamSpec } from '@inlet/connector-sdk'
import type { Database, Relation, SqlConfig } from './dialect.js'
import { chooseCursor } from './plan/make-plan.js'
import { decideDeletes } from './plan/stream-plan.js'
import { settingsOf } from './plan/stream-settings-of.js'

const MAX_NAME = 200

/** Finds the relations a source reads; a table named in the settings but missing from the catalog is missing here, too. */
export const findSelected = async <C extends SqlConfig, T>({ dialect, session, config }: Database<C, T>): Promise<readonly Relation[]> => {
  const isSelected = createSelection(config)
  const discovered = await dialect.listRelations(session, config)
  const selected = discovered.filter((relation) => isSelected(relation.table, relation.name) && relation.name.length <= MAX_NAME)
  const found = new Set(selected.map((relation) => relation.name))
  const named = config.tables.map((table) => table.name).filter((name) => !found.has(name))
  return [...selected, ...(await dialect.findRelations(session, named))]
}

/** Lists the streams of a source: queries, named tables (even missing ones, so that reading them reports it), discovered tables. */
export const listStreams = async <C extends SqlConfig, T>(database: Database<C, T>): Promise<readonly StreamSpec[]> => {
  const { config, session } = database
  await session.begin()
  const relations = await findSelected(database)
  await session.commit()
  const byName = new Map(relations.map((relation) => [relation.name, relation]))
  const names = new Set([...config.queries.map((query) => query.name), ...config.tables.map((table) => table.name), ...byName.keys()])
  if (names.size === 0) throw nothingSelected(database)
  return [...names].map((name) => specOf(config, name, byName.get(name)))
}

export const nothingSelected = <C extends SqlConfig, T>({ dialect, config }: Database<C, T>): Failure =>
  new Failure('NOT_FOUND_UPSTREAM', `no table that the ${dialect.user} can see matches the settings (${dialect.scope(config)})`)

const specOf = (config: SqlConfig, name: string, relation: Relation | undefined): StreamSpec => {
  const settings = settingsOf(config, name)
  const usable = (relation?.columns ?? []).filter((column) => column.cursor).map((column) => column.name)
  const cursor = chooseCursor(settings.cursorColumn, config.cursorColumns, usable)
  const key = settings.keyColumns ?? relation?.key ?? null
  return {
    name,
    kind: settings.mapping.kind,
    incremental: cursor !== null || key !== null,
    deletes: decideDeletes(config, settings.mapping, cursor !== null).declared,
    ...(key === null ? {} : { keyFields: key }),
  }
}

interface SelectionSettings {
  readonly include?: readonly string[] | undefined
  readonly exclude: readonly string[]
  readonly tables: readonly unknown[]
  readonly queries: readonly unknown[]
}

/** Returns a function that decides whether a discovered table is selected, by its own name or the qualified one. */
export const createSelection = (config: SelectionSettings): ((table: string, name: string) => boolean) => {
  const named = config.tables.length + config.queries.length > 0
  const include = config.include ?? (named ? [] : ['*'])
  // Names of tables are no paths: a slash or a dot in them is a character like any other.
  const options = { flat: true, negate: true }
  const included = compileGlobs(include, options)
  const excluded = compileGlobs(config.exclude, options)
  return (table, name) => (included(table) || included(name)) && !(excluded(table) || excluded(name))
}
