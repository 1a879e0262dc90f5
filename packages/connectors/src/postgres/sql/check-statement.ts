import { Failure } from '@inlet/connector-sdk'
import { inspectTree, isNode, type TreeNode, type Usage } from './inspect-tree.js'

export interface CheckedStatement {
  /** The statement without its semicolon or anything after it. */
  readonly sql: string
  readonly usage: Usage
}

export interface StatementRules {
  /** Config path for failures, e.g. `config.queries.0.sql`. */
  readonly field: string
  readonly allowFunctions: readonly string[]
}

/**
 * Checks with the parser of PostgreSQL 18 that a text is a single read-only SELECT that calls only safe functions.
 * Throws SQL_SYNTAX, SQL_MULTIPLE_STATEMENTS, SQL_NOT_A_SELECT or SQL_FUNCTION_NOT_ALLOWED.
 */
export const checkStatement = async (sql: string, rules: StatementRules): Promise<CheckedStatement> => {
  const { field } = rules
  const [statement, ...others] = await parseStatements(sql, field)
  if (statement === undefined) throw new Failure('SQL_NOT_A_SELECT', 'the text contains no statement', { field })
  if (others.length > 0) throw new Failure('SQL_MULTIPLE_STATEMENTS', `the text contains ${others.length + 1} statements`, { field })
  if (!isNode(statement.stmt['SelectStmt'])) {
    throw new Failure('SQL_NOT_A_SELECT', `the statement is a ${Object.keys(statement.stmt)[0]}, not a SELECT`, { field })
  }
  const usage = inspectTree(statement.stmt, rules.allowFunctions)
  const [refusal] = usage.refused
  if (refusal !== undefined) throw new Failure(refusal.reason, refusal.message, { field })
  return { sql: textOf(sql, statement), usage }
}

interface Statement {
  readonly stmt: TreeNode
  readonly stmt_location?: number
  readonly stmt_len?: number
}

const parseStatements = async (sql: string, field: string): Promise<readonly Statement[]> => {
  // The parser stops at a NUL; anything after it would go unchecked.
  if (sql.includes('\0')) throw new Failure('SQL_SYNTAX', 'the statement contains a NUL character', { field })
  if (sql.trim() === '') return []
  const { parse, scan, hasSqlDetails } = await import('libpg-query')
  try {
    const { stmts = [] } = (await parse(sql)) as unknown as { readonly stmts?: readonly Statement[] }
    const { tokens } = await scan(sql)
    // Comments that another database would execute have no business here.
    if (tokens.some((token) => token.tokenName === 'C_COMMENT' && token.text.startsWith('/*!')))
      throw new Failure('SQL_NOT_A_SELECT', 'comments that start with /*! are not allowed', { field })
    return stmts
  } catch (error) {
    if (error instanceof Failure) throw error
    if (error instanceof RangeError) throw new Failure('SQL_SYNTAX', 'the statement is nested too deeply', { field, cause: error })
    const at = hasSqlDetails(error) ? ` at position ${(error.sqlDetails?.cursorPosition ?? 0) + 1}` : ''
    throw new Failure('SQL_SYNTAX', `the statement cannot be parsed${at}: ${error instanceof Error ? error.message : String(error)}`, {
      field,
      cause: error,
    })
  }
}

/** The parser counts bytes. */
const textOf = (sql: string, { stmt_location: from = 0, stmt_len: length }: Statement): string =>
  Buffer.from(sql)
    .subarray(from, length === undefined ? undefined : from + length)
    .toString()
