import { SAFE_FUNCTIONS, SAFE_SAMPLING } from './safe-functions.js'

export interface Refusal {
  readonly reason: 'SQL_NOT_A_SELECT' | 'SQL_FUNCTION_NOT_ALLOWED' | 'SQL_SYNTAX'
  readonly message: string
}

/** What a statement uses; the database is asked about these names before the statement runs. */
export interface Usage {
  /** Functions outside the safe list, as written in `allowFunctions`. */
  readonly ownFunctions: ReadonlySet<string>
  /** Functions of the safe list; the database may have its own overloads of them. */
  readonly safeFunctions: ReadonlySet<string>
  /** Names after a dot: a column, or a function in attribute notation such as `(x).pg_read_file`. */
  readonly attributes: ReadonlySet<string>
  readonly operators: ReadonlySet<string>
  readonly refused: readonly Refusal[]
}

/** Walks the whole tree of a statement, including subqueries and CTEs. */
export const inspectTree = (root: TreeNode, allowFunctions: readonly string[]): Usage => {
  const usage = {
    ownFunctions: new Set<string>(),
    safeFunctions: new Set<string>(),
    attributes: new Set<string>(),
    operators: new Set<string>(),
    refused: [] as Refusal[],
  }
  const refuse = (reason: Refusal['reason'], message: string): void => void usage.refused.push({ reason, message })
  const refuseFunction = (name: string): void => refuse('SQL_FUNCTION_NOT_ALLOWED', `the function ${name} is not allowed`)
  const recordOperator = (value: unknown): void => {
    const name = namePartsOf(value).at(-1)
    if (name !== undefined) usage.operators.add(name)
  }
  const recordAttributes = (names: readonly string[]): void => {
    for (const name of names.filter((name) => name !== '')) {
      usage.attributes.add(name)
      if (isFunctionInDisguise(name)) refuseFunction(name)
    }
  }
  walkTree(root, (type, content) => {
    if (type === 'intoClause') refuse('SQL_NOT_A_SELECT', 'SELECT INTO writes a table')
    else if (type === 'lockingClause') refuse('SQL_NOT_A_SELECT', 'FOR UPDATE and FOR SHARE take locks')
    if (!isNode(content)) return
    if (type.endsWith('Stmt') && type !== 'SelectStmt') refuse('SQL_NOT_A_SELECT', `the statement contains a ${type}`)
    switch (type) {
      case 'ParamRef':
        return refuse('SQL_SYNTAX', 'parameters such as $1 cannot be used')
      case 'CurrentOfExpr':
        return refuse('SQL_NOT_A_SELECT', 'WHERE CURRENT OF belongs to UPDATE and DELETE')
      case 'RangeTableSample': {
        const method = namePartsOf(content['method']).at(-1) ?? ''
        return SAFE_SAMPLING.has(method) ? undefined : refuseFunction(method)
      }
      case 'FuncCall': {
        const verdict = classifyFunction(namePartsOf(content['funcname']), allowFunctions)
        if (verdict.kind === 'refused') return refuseFunction(verdict.name)
        const names = verdict.kind === 'own' ? usage.ownFunctions : usage.safeFunctions
        return void names.add(verdict.name)
      }
      case 'ColumnRef':
        return recordAttributes(namePartsOf(content['fields']).slice(1))
      case 'A_Indirection':
        return recordAttributes(namePartsOf(content['indirection']))
      case 'A_Expr':
        return recordOperator(content['name'])
      case 'SubLink':
        return recordOperator(content['operName'])
      case 'SortBy':
        return recordOperator(content['useOp'])
    }
  })
  return usage
}

interface FunctionVerdict {
  readonly name: string
  readonly kind: 'safe' | 'own' | 'refused'
}

/** A name without a schema, or in pg_catalog, must be on the safe list; any other must be allowed by the exact name used in the call. */
const classifyFunction = (parts: readonly string[], allowFunctions: readonly string[]): FunctionVerdict => {
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

/** Whether a name after a dot, `x.pg_read_file`, calls a built-in function outside the safe list in attribute notation. */
const isFunctionInDisguise = (name: string): boolean => !SAFE_FUNCTIONS.has(name) && (RISKY_PREFIX.test(name) || RISKY.has(name))

/** A node of the parser's tree: an object with one key naming its type, a list, or a value. */
export type TreeNode = { readonly [key: string]: unknown }

export const isNode = (value: unknown): value is TreeNode => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Calls `visit` with the type and content of every node below `root`. Not recursive, because the author of the statement chooses the depth. */
const walkTree = (root: unknown, visit: (type: string, content: unknown) => void): void => {
  const open: unknown[] = [root]
  while (open.length > 0) {
    const value = open.pop()
    if (Array.isArray(value)) {
      for (const item of value) open.push(item)
    } else if (isNode(value)) {
      for (const [type, content] of Object.entries(value)) {
        visit(type, content)
        if (typeof content === 'object') open.push(content)
      }
    }
  }
}

/** Returns the parts of a dotted name: `[{ String: { sval } }, …]`. */
const namePartsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map((part: unknown) => (isNode(part) && isNode(part['String']) ? String(part['String']['sval']) : '')) : []
