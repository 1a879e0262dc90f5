import { pino } from 'pino'
import { createRepeatLimit } from './limit-repeats.js'
import { redactLine } from './redact-line.js'
import type { SecretRegistry } from './secret-registry.js'
import { serializeError } from './serialize-error.js'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LoggerOptions {
  readonly level: LogLevel
  /** The process: api, worker, scribe, cli. */
  readonly name: string
  /** Values that must not appear in any line. */
  readonly secrets?: Pick<SecretRegistry, 'pattern'>
  /** Where JSON lines are written; default: standard output. */
  readonly destination?: { write(line: string): void }
  /** How long after a warning identical ones are only counted, in ms; default: a minute. */
  readonly repeatWindowMs?: number
}

export type Logger = pino.Logger

/**
 * Creates a logger of JSON lines with ISO time. Everything is redacted in one place before it leaves, whichever serializer or child logger produced
 * it: fields with names of secrets, passwords in URLs, API keys, and registered values. Errors go under `err`. Repeated warnings are counted: see
 * `createRepeatLimit`.
 */
export const createLogger = ({ level, name, secrets, destination, repeatWindowMs }: LoggerOptions): Logger =>
  pino(
    {
      level,
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError, error: serializeError },
      hooks: { streamWrite: (line) => redactLine(line, secrets?.pattern()), logMethod: createRepeatLimit(repeatWindowMs) },
    },
    destination ?? pino.destination(1),
  )
