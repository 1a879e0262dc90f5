import { inspect } from 'node:util'

const COLORS: Readonly<Record<string, string>> = {
  debug: '\u001B[90m',
  info: '\u001B[32m',
  warn: '\u001B[33m',
  error: '\u001B[31m',
  fatal: '\u001B[41m',
}
const RESET = '\u001B[0m'
const HIDDEN = new Set(['level', 'time', 'msg', 'name', 'pid', 'err'])

const asObject = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? { ...value } : {})

const plain = (value: unknown): string => (typeof value === 'string' ? value : inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 4 }))

const errorText = (value: unknown): string => {
  const error = asObject(value)
  if (error['message'] === undefined) return ''
  const next = error['next'] === undefined ? '' : `\n    next: ${plain(error['next'])}`
  const cause = error['cause'] === undefined ? '' : errorText(error['cause'])
  return `\n    ${plain(error['reason'] ?? error['type'])}: ${plain(error['message'])}${next}${cause}`
}

/** Formats one log line for reading: time, level, message, fields, and the chain of errors without stacks. */
export const toPrettyLine = (json: string, color: boolean): string => {
  const line = asObject(JSON.parse(json))
  const level = plain(line['level'])
  const label = level.toUpperCase().padEnd(5)
  const fields = Object.entries(line)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, value]) => ` ${name}=${plain(value)}`)
  const time = plain(line['time']).slice(11, 19)
  const paint = color ? (COLORS[level] ?? '') : ''
  return `${time} ${paint}${label}${paint ? RESET : ''} ${plain(line['name'])}: ${plain(line['msg'] ?? '')}${fields.join('')}${errorText(line['err'])}\n`
}

/** Creates a destination for `createLogger` that writes readable lines, e.g. to a terminal's `process.stdout`. */
export const createPrettyDestination = (out: { write(text: string): unknown; readonly isTTY?: boolean }): { write(line: string): void } => ({
  write(line) {
    out.write(toPrettyLine(line, out.isTTY === true))
  },
})
