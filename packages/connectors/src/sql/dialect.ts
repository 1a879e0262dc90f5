import type { EgressGuard, Failure } from '@inlet/connector-sdk'
import type { SqlSyntax } from './plan/select.js'
import type { ColumnPlan, CursorKind, StreamPlan } from './plan/stream-plan.js'
import type { ReadLimits } from './read/run.js'
import type { RowPosition } from './read/saved-cursor.js'
import type { Window } from './read/window.js'
import type { Field, SqlSession } from './session/session.js'
import type { TlsSettings } from './settings/source-settings.js'
import type { QuerySettings, TableSettings } from './settings/stream-settings.js'

/** The settings that all databases have. Durations in the unit of their name. */
export interface SqlConfig extends ReadLimits {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly tls: TlsSettings
  readonly include?: readonly string[] | undefined
  readonly exclude: readonly string[]
  readonly cursorColumns: readonly string[]
  readonly tables: readonly TableSettings[]
  readonly queries: readonly QuerySettings[]
  readonly deletes: NonNullable<TableSettings['deletes']>
  readonly allowFunctions: readonly string[]
  readonly overlapIds: number
}

export interface SqlSecrets {
  readonly password: string
}

/** Where to log in, and as whom. */
export interface Target<C> {
  readonly config: C
  readonly secrets: SqlSecrets
  readonly egress: EgressGuard
}

/** What was being done when it failed. */
export interface Attempt {
  /** For the message, e.g. `reading public.orders`. */
  readonly doing: string
  /** Before the server had answered once: a broken connection means it was never reached. */
  readonly connecting?: boolean
}

/** A table or view as the catalog of the database describes it. */
export interface Relation {
  /** With its schema or database, e.g. `public.orders`: the name of its stream. */
  readonly name: string
  readonly table: string
  /** What follows FROM, with the alias t. */
  readonly from: string
  /** Whether any column may be read. */
  readonly readable: boolean
  readonly columns: readonly RelationColumn[]
  /** The primary key, else the smallest unique key without NULLs; null when there is none. */
  readonly key: readonly string[] | null
  /** What a person should know about its rows; logged by every read. */
  readonly notices: readonly Notice[]
}

export interface RelationColumn {
  readonly name: string
  /** Whether its type can be that of a cursor. */
  readonly cursor: boolean
  readonly readable: boolean
}

export interface Notice {
  readonly fields: object
  readonly message: string
}

/** A SELECT of the settings, and where it stands in them, e.g. `config.queries.0.sql`. */
export interface Query {
  readonly stream: string
  readonly sql: string
  readonly field: string
}

/** Logs a warning about the stream that is read. */
export type Warn = (fields: object, message: string) => void

/** Finds what an incremental read covers. Throws CURSOR_IN_FUTURE, or CURSOR_INVALID for a value that the column cannot hold. */
export type FindWindow<T> = (plan: StreamPlan<T>, saved: RowPosition | null) => Promise<Window>

/**
 * What a database does in its own way; planning, checking and reading are shared. `C` are the settings of its sources, `T` is a type of a
 * column as the description of a result names it.
 */
export interface SqlDialect<C extends SqlConfig, T> {
  /** What messages call whom a session logs in as. */
  readonly user: 'role' | 'account'
  /** What has to be granted so that tables can be read, e.g. `SELECT on the table`. */
  readonly grant: string
  readonly syntax: SqlSyntax<T>

  /** Logs in; throws UNREACHABLE, TIMEOUT, TLS_FAILED, AUTH_FAILED, LOGIN_NOT_SAFE, NOT_FOUND_UPSTREAM or UPSTREAM_ERROR. The caller closes. */
  openSession(target: Target<C>, signal: AbortSignal): Promise<SqlSession<T>>
  /** What an error of the client library or of the server means. Passes a `Failure` through. */
  toFailure(thrown: unknown, attempt: Attempt): Failure

  /** Refuses, without a connection, a query that does anything besides reading. */
  checkQuery(query: Pick<Query, 'sql' | 'field'>, config: Pick<C, 'allowFunctions'>): Promise<void>
  /** The same with what only the database knows; returns the statement without what follows it. */
  prepareQuery(session: SqlSession<T>, query: Query, config: C): Promise<string>

  /** Where tables are discovered, for messages, e.g. `schemas: public, sales`. */
  scope(config: C): string
  /** The tables that the settings let discover, and the views when they want them. */
  listRelations(session: SqlSession<T>, config: C): Promise<readonly Relation[]>
  /** The relations of these names that exist and that the catalog shows to this user. */
  findRelations(session: SqlSession<T>, names: readonly string[]): Promise<readonly Relation[]>
  /** Asks for a relation that the catalog does not show, where it hides those that may not be read: throws the error of the server. */
  probe(session: SqlSession<T>, name: string): Promise<void>

  /** Null when a column of this type cannot be a cursor. */
  cursorKindOf(type: T): CursorKind | null
  /** How values of these columns become JSON, keys and marks of deleted rows; in the order of `fields`. */
  planValues(session: SqlSession<T>, fields: readonly Field<T>[], context: { readonly config: C; readonly warn: Warn }): Promise<readonly ValuePlan[]>
  /** Whether rows of a column that had one type read the same with the other. */
  sameType(one: T, other: T): boolean

  /** Takes the time of the source. Call it before the snapshot: a transaction that ends in between is then either counted or seen. */
  takeClock(session: SqlSession<T>, config: C): Promise<FindWindow<T>>
}

export type ValuePlan = Pick<ColumnPlan<unknown>, 'convert' | 'toKey' | 'live'>

/** One use of a session, with what every step of it needs. */
export interface Database<C extends SqlConfig, T> {
  readonly dialect: SqlDialect<C, T>
  readonly session: SqlSession<T>
  readonly config: C
}
