import { Failure } from '@inlet/connector-sdk'
import { checkPattern } from '../parsing/listing/glob.js'
import type { LogConfig } from './config.js'
import { compileStatuses } from './filter/create-filter.js'
import { compilePattern } from './line/compile-pattern.js'

/** Checks what the schema cannot express. Throws VALIDATION_FAILED or PATH_NOT_ALLOWED with the field. */
export const validate = (config: LogConfig): void => {
  for (const list of ['paths', 'exclude'] as const) {
    for (const [index, pattern] of config[list].entries()) checkPattern(pattern, `config.${list}.${index}`)
  }
  for (const [index, entry] of config.status.entries()) attempt(() => compileStatuses([entry]), `config.status.${index}`)
  const { pattern } = config
  if (pattern !== undefined) attempt(() => compilePattern(pattern, { open: false }), 'config.pattern')
  if (pattern !== undefined && config.format !== 'auto')
    throw new Failure('VALIDATION_FAILED', 'both a format and a pattern are named', { field: 'config.format', next: 'Leave out one of them.' })
  if (config.since !== undefined && config.until !== undefined && new Date(config.since) >= new Date(config.until))
    throw new Failure('VALIDATION_FAILED', 'until is not later than since', { field: 'config.until' })
}

const attempt = (compile: () => unknown, field: string): void => {
  try {
    compile()
  } catch (thrown) {
    throw new Failure('VALIDATION_FAILED', thrown instanceof Error ? thrown.message : String(thrown), { field, cause: thrown })
  }
}
