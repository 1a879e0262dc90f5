import type { LogFn, Logger } from 'pino'
import { createRepeatGate } from './repeat-gate.js'

const WINDOW_MS = 60_000
const WARN = 40

const later = (work: () => void, ms: number): void => void setTimeout(work, ms).unref()

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !(value instanceof Error)

/** Returns what distinguishes kinds of failures: never text, which may contain ids and times. */
const kindOf = (error: unknown): string => {
  const { reason, code, name } = (error ?? {}) as { readonly reason?: unknown; readonly code?: unknown; readonly name?: unknown }
  return [reason, code, name].find((text) => typeof text === 'string') ?? ''
}

const MAX_TEXT = 200

/** Returns text fields beside a message, such as a host or a program's output, but no ids: those of runs and jobs differ each time. */
const textsOf = (fields: Fields): readonly string[] =>
  Object.entries(fields).flatMap(([name, value]) => (typeof value === 'string' && !/id$|^item$/i.test(name) ? [value.slice(0, MAX_TEXT)] : []))

/**
 * Creates a hook for pino's `hooks.logMethod`: of identical warnings about the same source, only the first within a minute is written, then one with
 * the number of the others as `repeated`. Everything else passes.
 */
export const createRepeatLimit = (windowMs = WINDOW_MS, schedule = later) => {
  const gate = createRepeatGate({ windowMs, later: schedule })
  return function limit(this: Logger, args: Parameters<LogFn>, method: LogFn, level: number): void {
    const [first, text] = args as readonly unknown[]
    if (level !== WARN) return method.apply(this, args)
    const fields: Fields = isFields(first) ? first : {}
    const message = [first, text].find((each) => typeof each === 'string') ?? ''
    const source = fields['sourceId'] ?? this.bindings()['sourceId'] ?? ''
    const error = first instanceof Error ? first : (fields['err'] ?? fields['error'])
    gate.pass([message, source, kindOf(error), ...textsOf(fields)].join('\n'), (repeated) => {
      if (repeated === 0) method.apply(this, args)
      else if (isFields(first)) method.call(this, { ...first, repeated }, message)
      else method.call(this, { ...(first instanceof Error ? { err: first } : {}), repeated }, message)
    })
  }
}
