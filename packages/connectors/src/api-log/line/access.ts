import type { JsonObject } from '@inlet/connector-sdk'

/** The fields of one request as a log line names them, still as text; absent or `-` where the log has none. */
export interface RawAccess {
  time?: string | number | undefined
  request?: string | undefined
  method?: string | undefined
  target?: string | undefined
  protocol?: string | undefined
  status?: string | number | undefined
  bytes?: string | number | undefined
  duration?: string | number | undefined
  remoteAddress?: string | undefined
  remoteUser?: string | undefined
  host?: string | undefined
  referrer?: string | undefined
  userAgent?: string | undefined
}

export type AccessField = keyof RawAccess

/** One request of a log. */
export interface Access {
  /** ISO 8601 in UTC. */
  readonly time: string | undefined
  readonly method: string | undefined
  /** Path with query. */
  readonly target: string | undefined
  readonly path: string | undefined
  readonly query: string | undefined
  readonly protocol: string | undefined
  readonly status: number | undefined
  readonly bytes: number | undefined
  readonly durationMs: number | undefined
  readonly remoteAddress: string | undefined
  readonly remoteUser: string | undefined
  readonly host: string | undefined
  readonly referrer: string | undefined
  readonly userAgent: string | undefined
  readonly extra: JsonObject | undefined
}

/** The result of parsing a line: a request, or why it is none. */
export type ParsedLine = Access | string

/** Parses one line without its line break. */
export type LineParser = (line: string) => ParsedLine

export type DurationUnit = 's' | 'ms' | 'us' | 'ns'
