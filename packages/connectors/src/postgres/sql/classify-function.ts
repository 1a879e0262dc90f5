import { SAFE_FUNCTIONS } from './safe-functions.js'

export interface FunctionVerdict {
  readonly name: string
  readonly kind: 'safe' | 'own' | 'refused'
}

/** A name without schema, or of pg_catalog, must be of the safe list; every other must be allowed by the very name it is called with. */
export const classifyFunction = (parts: readonly string[], allowFunctions: readonly string[]): FunctionVerdict => {
  const written = parts.join('.')
  const [name = '', schema = ''] = [parts.at(-1), parts.at(-2)]
  if (parts.length <= 2 && (schema === '' || schema === 'pg_catalog') && SAFE_FUNCTIONS.has(name)) return { name, kind: 'safe' }
  return { name: written, kind: schema !== 'pg_catalog' && allowFunctions.includes(written) ? 'own' : 'refused' }
}

const RISKY_PREFIX = /^(?:pg_|lo_|dblink|txid_|binary_upgrade_|has_|inet_(?:client|server)_|(?:query|table|cursor|schema|database)_to_xml)/
const RISKY: ReadonlySet<string> = new Set(
  `nextval currval lastval setval setseed random random_normal set_config current_setting loread lowrite currtid2 ts_stat ts_rewrite
  suppress_redundant_updates_trigger`.split(/\s+/),
)

/** Whether a name after a dot, `x.pg_read_file`, calls a function of PostgreSQL in attribute notation that is not of the safe list. */
export const isFunctionInDisguise = (name: string): boolean => !SAFE_FUNCTIONS.has(name) && (RISKY_PREFIX.test(name) || RISKY.has(name))
