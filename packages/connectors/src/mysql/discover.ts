import { Failure, type StreamSpec } from '@inlet/connector-sdk'
import { chooseCursor } from '../sql/plan/choose-cursor.js'
import { createSelection } from '../sql/plan/create-selection.js'
import { decideDeletes } from '../sql/plan/decide-deletes.js'
import { settingsOf } from '../sql/plan/stream-settings-of.js'
import type { MysqlConfig } from './config.js'
import { CURSOR_TYPES } from './plan/cursor-kind.js'
import { findRelations, listRelations, type Relation } from './plan/relation.js'
import type { Session } from './session/session.js'

const MAX_NAME = 200

/** The relations a source reads; a table that the settings name and that this account does not see is missing here. */
export const findSelected = async (session: Session, config: MysqlConfig): Promise<readonly Relation[]> => {
  const isSelected = createSelection(config)
  const discovered = await listRelations(session, config.databases, config.includeViews)
  const selected = discovered.filter((relation) => isSelected(relation.table, relation.name) && relation.name.length <= MAX_NAME)
  const found = new Set(selected.map((relation) => relation.name))
  const named = config.tables.map((table) => table.name).filter((name) => !found.has(name))
  return [...selected, ...(await findRelations(session, named))]
}

/** The streams of a source: queries, named tables (also when they are gone, so that their read says so), discovered tables. */
export const listStreams = async (session: Session, config: MysqlConfig): Promise<readonly StreamSpec[]> => {
  const relations = await findSelected(session, config)
  const byName = new Map(relations.map((relation) => [relation.name, relation]))
  const names = new Set([...config.queries.map((query) => query.name), ...config.tables.map((table) => table.name), ...byName.keys()])
  if (names.size === 0) throw nothingSelected(config)
  return [...names].map((name) => specOf(config, name, byName.get(name)))
}

export const nothingSelected = (config: Pick<MysqlConfig, 'databases'>): Failure =>
  new Failure('NOT_FOUND_UPSTREAM', `no table that the account can see matches the settings (databases: ${config.databases.join(', ')})`)

const specOf = (config: MysqlConfig, name: string, relation: Relation | undefined): StreamSpec => {
  const settings = settingsOf(config, name)
  const usable = (relation?.columns ?? []).filter((column) => CURSOR_TYPES.has(column.type)).map((column) => column.name)
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
