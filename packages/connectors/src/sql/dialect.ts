import type { EgressGuard, Failure } from '@inlet/connector-sdk'
import type { SqlSyntax } from './plan/select.js'
import type { ColumnPlan, CursorKind, StreamPlan } from './plan/stream-plan.js'
import type { ReadLimits } from './read/run.js'
import type { RowPosition } from './read/saved-cursor.js'
import type { Window } from './read/window.js'
import type { Field, SqlSession } from './session/session.js'
import type { TlsSettings } from './settings/source-settings.js'
import type { QuerySettings, TableSettings } from './settings/stream-settings.js'

/** The settings that all databases share. Durations are in the unit of their name. */
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

/** What was being attempted when it failed. */
export interface Attempt {
  /** For the message, e.g. `reading public.orders`. */
  readonly doing: string
  /** Before the server's first answer: a broken connection then means it was never reached. */
  readonly connecting?: boolean
}

/** A table or view as the database's catalog describes it. */
export interface Relation {
  /** Qualified by its schema or database, e.g. `public.orders`: the name of its stream. */
  readonly name: string
  readonly table: string
  /** What follows FROM, with the alias t. */
  readonly from: string
  /** Whether the user may read any column. */
  readonly readable: boolean
  readonly columns: readonly RelationColumn[]
  /** The primary key, otherwise the smallest unique key without NULLs; null when there is none. */
  readonly key: readonly string[] | null
  /** What people should know about its rows; logged by every read. */
  readonly notices: readonly Notice[]
}

export interface RelationColumn {
  readonly name: string
  /** Whether a column of its type can be a cursor. */
  readonly cursor: boolean
  readonly readable: boolean
}

export interface Notice {
  readonly fields: object
  readonly message: string
}

/** A SELECT from the settings, and its place in them, e.g. `config.queries.0.sql`. */
export interface Query {
  readonly stream: string
  readonly sql: string
  readonly field: string
}

/** Logs a warning about the stream being read. */
export type Warn = (fields: object, message: string) => void

/** Finds the range that an incremental read covers. Throws CURSOR_IN_FUTURE, or CURSOR_INVALID for a value that the column cannot hold. */
export type FindWindow<T> = (plan: StreamPlan<T>, saved: RowPosition | null) => Promise<Window>

/**
 * What each database does in its own way; planning, checking and reading are shared. `C` is the type of its settings, `T` the type of a
 * column as the description of a result names it.
 */
export interface SqlDialect<C extends SqlConfig, T> {
  /** The word that messages use for the identity a session logs in as. */
  readonly user: 'role' | 'account'
  /** What must be granted so that tables can be read, e.g. `SELECT on the table`. */
  readonly grant: string
  readonly syntax: SqlSyntax<T>

  /**
   * Logs in; throws UNREACHABLE, TIMEOUT, TLS_FAILED, AUTH_FAILED, LOGIN_NOT_SAFE, NOT_FOUND_UPSTREAM or
   * UPSTREAM_ERROR. The caller closes the session.
   */
  openSession(target: Target<C>, signal: AbortSignal): Promise<SqlSession<T>>
  /** Converts an error of the client library or the server. Passes a `Failure` through. */
  toFailure(thrown: unknown, attempt: Attempt): Failure

  /** Refuses, without a connection, a query that does anything besides reading. */
  checkQuery(query: Pick<Query, 'sql' | 'field'>, config: Pick<C, 'allowFunctions'>): Promise<void>
  /** Checks a query with what only the database knows; returns the statement without anything after it. */
  prepareQuery(session: SqlSession<T>, query: Query, config: C): Promise<string>

  /** Describes where tables are discovered, for messages, e.g. `schemas: public, sales`. */
  scope(config: C): string
  /** Lists the tables that the settings allow to be discovered, and the views if they include them. */
  listRelations(session: SqlSession<T>, config: C): Promise<readonly Relation[]>
  /** Finds the relations of these names that exist and that the catalog shows to this user. */
  findRelations(session: SqlSession<T>, names: readonly string[]): Promise<readonly Relation[]>
  /** Queries a relation missing from the catalog, where that hides what the user may not read: throws the server's error. */
  probe(session: SqlSession<T>, name: string): Promise<void>

  /** Returns null when a column of this type cannot be a cursor. */
  cursorKindOf(type: T): CursorKind | null
  /** Plans how values of these columns become JSON, keys and marks of deleted rows; in the order of `fields`. */
  planValues(session: SqlSession<T>, fields: readonly Field<T>[], context: { readonly config: C; readonly warn: Warn }): Promise<readonly ValuePlan[]>
  /** Whether rows of a column that had one type are read the same way with the other. */
  sameType(one: T, other: T): boolean

  /** Reads the source's clock. Call it before the snapshot: a transaction that ends in between is then either counted or seen. */
  readWindowClock(session: SqlSession<T>, config: C): Promise<FindWindow<T>>
}

export type ValuePlan = Pick<ColumnPlan<unknown>, 'convert' | 'toKey' | 'live'>

/** One use of a session, and what each of its steps needs. */
export interface Database<C extends SqlConfig, T> {
  readonly dialect: SqlDialect<C, T>
  readonly session: SqlSession<T>
  readonly config: C
}
