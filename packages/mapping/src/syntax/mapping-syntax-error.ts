import { Failure } from '@inlet/domain'

/** A position in an expression. */
export interface TextPosition {
  /** From 1. */
  readonly line: number
  /** In UTF-16 units, from 1. */
  readonly column: number
  /** In UTF-16 units from the beginning of the expression, from 0. */
  readonly offset: number
}

/** MAPPING_SYNTAX with the position. */
export class MappingSyntaxError extends Failure {
  readonly position: TextPosition
  constructor(message: string, field: string, position: TextPosition) {
    super('MAPPING_SYNTAX', `line ${position.line}, column ${position.column}: ${message}`, { field })
    this.position = position
  }
}

/** Converts an offset to a position; offsets beyond the end mean the end. */
export const toPosition = (text: string, offset: number): TextPosition => {
  const at = Math.max(0, Math.min(offset, text.length))
  const before = text.slice(0, at)
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n'), offset: at }
}
