import { type JsonValue, readPath } from '@inlet/connector-sdk'
import type { ParsedBody } from '../body/parse-body.js'
import type { WebhookConfig } from '../config.js'

export interface EventInput {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: ParsedBody
}

/** What a scheme's senders say about an event; undefined where unknown. */
export interface EventFacts {
  readonly id?: string | undefined
  readonly type?: string | undefined
  readonly title?: string | undefined
  readonly text?: string | undefined
  readonly url?: string | undefined
  readonly occurredAt?: unknown
  readonly actor?: string | undefined
  readonly projectId?: string | undefined
  readonly sessionId?: string | undefined
  readonly context?: { readonly [key: string]: JsonValue | undefined } | undefined
}

/** Returns the value at a path as text: strings, numbers, booleans; undefined for anything else. */
export const textAt = (value: unknown, path: string): string | undefined => toText(readPath(value, path))

/** Returns the value that the settings name for a part of an event; undefined when they name none or it is missing. */
export const valueOf = (paths: WebhookConfig['paths'], name: keyof WebhookConfig['paths'], input: EventInput): unknown => {
  const path = paths[name]
  if (path === undefined) return undefined
  if (path.startsWith('header:')) return input.headers[path.slice('header:'.length).toLowerCase()]
  return input.body.kind === 'fields' ? readPath(input.body.value, path) : undefined
}

export const toText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  return undefined
}

/** Returns a value as (part of) a key; null when it cannot be one. */
export const toKey = (value: unknown): string | number | bigint | null =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' || typeof value === 'bigint' ? value : null

/** Drops members that are undefined. */
export const defined = (fields: Readonly<Record<string, JsonValue | undefined>>): { readonly [key: string]: JsonValue } =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined))
