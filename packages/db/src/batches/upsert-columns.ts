// Upserts reach Postgres as one array per column: parsing a batch as JSON costs it many times as much, and the JSON of a record is parsed once, as
// text, into its column.
import { hexArray, jsonbArray, textArray } from './binary-arrays.js'
import type { Upsert } from './read-entries.js'

/** The members of an upsert other than its data, in parameter order. Hashes are hex in a payload and bytes in the store. */
const MEMBERS = ['s', 'h', 'c', 'k', 'kind', 'title', 'text', 'url', 'at', 'val', 'scope'] as const
/** Those that decide whether a record has changed. */
const STATE = ['s', 'h', 'c', 'val', 'scope'] as const
type Member = (typeof MEMBERS)[number]
const HASHES: ReadonlySet<Member> = new Set(['h', 'c'])

/** Rows `r` with the members and `data` of the upserts from {@link columnsOf}, whose parameters are numbered from `first`. */
export const upsertsFrom = (first: number): string =>
  `unnest(${[...arraysFrom(MEMBERS, first), arrayFrom(first + MEMBERS.length, 'jsonb')].join(', ')}) AS r(${[...MEMBERS, 'data'].join(', ')})`

/** Rows `r` with the members that decide whether an upsert changes its record, and its place `n` from 1; see {@link stateOf}. */
export const statesFrom = (first: number): string => `unnest(${arraysFrom(STATE, first).join(', ')}) WITH ORDINALITY AS r(${STATE.join(', ')}, n)`

// The subqueries keep the planner from inspecting arrays of megabytes and from estimating a batch as so large that it would read all records.
const arrayFrom = (at: number, type: string): string => `(SELECT $${at}::${type}[])`
const arraysFrom = (members: readonly Member[], first: number): readonly string[] =>
  members.map((member, at) => arrayFrom(first + at, HASHES.has(member) ? 'bytea' : 'text'))

/** Returns the parameters for {@link upsertsFrom}. Throws for text that cannot be stored. */
export const columnsOf = (upserts: readonly Upsert[]): (Buffer | null)[] => [
  ...MEMBERS.map((member) => columnOf(upserts, member)),
  jsonbArray(upserts.map(({ json }) => json)),
]

/** Returns the parameters for {@link statesFrom}. Throws for text that cannot be stored. */
export const stateOf = (upserts: readonly Upsert[]): (Buffer | null)[] => STATE.map((member) => columnOf(upserts, member))

const columnOf = (upserts: readonly Upsert[], member: Member): Buffer | null => {
  const values = upserts.map((upsert) => upsert[member])
  return HASHES.has(member) ? hexArray(values) : textArray(values)
}
