import jsonata from 'jsonata'
import type { Mapping } from '../mapping.js'
import { findUnknownName } from './find-unknown-name.js'
import { MappingSyntaxError, toPosition } from './mapping-syntax-error.js'

/** In UTF-16 units; expressions are written by people. */
export const MAX_EXPRESSION_LENGTH = 20_000

/**
 * Compiles every expression without running any. Throws {@link MappingSyntaxError} (MAPPING_SYNTAX) for the first that is not
 * JSONata, or calls a function that is unknown or returns something different each time; `field` is e.g. `mapping.orders.expression`.
 */
export const checkMapping = (mapping: Mapping | null | undefined): void => {
  for (const [stream, { expression }] of Object.entries(mapping ?? {})) checkExpression(expression, `mapping.${stream}.expression`)
}

const checkExpression = (expression: string, field: string): void => {
  const refuse = (message: string, offset: number): never => {
    throw new MappingSyntaxError(message, field, toPosition(expression, offset))
  }
  if (expression.length > MAX_EXPRESSION_LENGTH) refuse(`longer than ${MAX_EXPRESSION_LENGTH} characters`, MAX_EXPRESSION_LENGTH)
  const unknown = findUnknownName(parse(expression, refuse))
  if (unknown !== undefined) refuse(unknown.message, startOf(expression, `$${unknown.name}`, unknown.end))
}

const parse = (expression: string, refuse: (message: string, offset: number) => never): unknown => {
  try {
    return jsonata(expression).ast()
  } catch (error) {
    if (error instanceof RangeError) return refuse('nested too deeply', 0)
    const { message, position, token } = error as { message?: unknown; position?: unknown; token?: unknown }
    const end = typeof position === 'number' ? position : expression.length
    return refuse(typeof message === 'string' ? message : 'not an expression', startOf(expression, token, end))
  }
}

/** JSONata reports the end of a token; people look for its beginning. */
const startOf = (expression: string, token: unknown, end: number): number =>
  typeof token === 'string' && expression.slice(end - token.length, end) === token ? end - token.length : end
