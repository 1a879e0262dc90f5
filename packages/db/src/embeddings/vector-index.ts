import type { VectorExtension } from '@inlet/search'
import type pg from 'pg'
import type { Database } from '../database.js'

// An index is derived from search_vectors and belongs to that table: code that writes or deletes vectors need not know of it, and without the
// extension nothing is missing. Each generation has its own, since an index covers vectors of one length. ADR 23.

const PREFIX = 'search_vectors_hnsw_'
const nameOf = (space: number): string => `${PREFIX}${space}`

/** SQL: a column of search_vectors as a pgvector value; index and search must use the same expression. */
export const asHalfvec = (column: string, { schema, dimensions }: { readonly schema: string; readonly dimensions: number }): string =>
  `unpack_search_vector(${column})::${schema}.halfvec(${dimensions})`

type Client = Pick<pg.ClientBase, 'query'>

/** `schema`: where its types and operators are, quoted; null when it is not installed. */
export const readVectorExtension = async (client: Client): Promise<VectorExtension & { readonly schema: string | null }> => {
  const { rows } = await client.query<VectorExtension & { readonly schema: string | null }>(
    `SELECT extversion AS installed, quote_ident(nspname) AS schema, (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS available
     FROM (SELECT) one LEFT JOIN (pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace) ON extname = 'vector'`,
  )
  return rows[0] ?? { installed: null, available: null, schema: null }
}

export interface VectorIndex {
  /** The generation's. */
  readonly space: number
  /** False: it is being built, or its build was interrupted. */
  readonly isValid: boolean
}

/** Lists all indexes over vectors, including those of generations that are gone. */
export const listVectorIndexes = async ({ pool }: { readonly pool: Client }): Promise<readonly VectorIndex[]> =>
  (
    await pool.query<VectorIndex>(
      `SELECT substr(c.relname, ${PREFIX.length + 1})::int AS space, i.indisvalid AS "isValid" FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       WHERE i.indrelid = to_regclass('search_vectors') AND c.relname ~ '^${PREFIX}[0-9]+$' ORDER BY 1`,
    )
  ).rows

const FIND = `
SELECT quote_ident(n.nspname) AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'vector' AND EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND indisvalid)`

/** Returns the quoted schema of the extension if the generation has an index that is ready; null otherwise. */
export const findVectorIndex = async ({ pool }: Pick<Database, 'pool'>, space: number): Promise<{ readonly schema: string } | null> =>
  (await pool.query<{ schema: string }>({ name: 'inlet-vector-index', text: FIND, values: [nameOf(space)] })).rows[0] ?? null

/** Stored vectors are 16-bit integers, low byte first. They keep that scale, which does not affect the order of inner products. */
const unpacking = (schema: string): string => `
CREATE OR REPLACE FUNCTION unpack_search_vector(packed bytea) RETURNS ${schema}.halfvec LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT array_agg(((get_byte(packed, n + 1) << 8 | get_byte(packed, n)) # 32768) - 32768)::${schema}.halfvec
  FROM generate_series(0, length(packed) - 1, 2) n)`

/** Creates the extension if it is missing and this user may. Returns its schema, quoted. */
const ensureExtension = async (client: Client): Promise<string> => {
  await client.query('CREATE EXTENSION IF NOT EXISTS vector')
  const { schema } = await readVectorExtension(client)
  if (schema === null) throw new Error('the extension "vector" is not there')
  return schema
}

/**
 * Builds the index of a generation while vectors are read and written; an unfinished one must be dropped first. The client must be outside a
 * transaction and without timeouts.
 */
export const buildVectorIndex = async (
  client: Client,
  { space, dimensions }: { readonly space: number; readonly dimensions: number },
): Promise<void> => {
  const schema = await ensureExtension(client)
  await client.query(unpacking(schema))
  await client.query(
    `CREATE INDEX CONCURRENTLY ${nameOf(space)} ON search_vectors
     USING hnsw ((${asHalfvec('vector', { schema, dimensions })}) ${schema}.halfvec_ip_ops) WHERE space = ${space}`,
  )
}

/** Drops the index of a generation once the searches that use it have ended. The client must be as for building. */
export const dropVectorIndex = async (client: Client, space: number): Promise<void> => {
  await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${nameOf(space)}`)
}
