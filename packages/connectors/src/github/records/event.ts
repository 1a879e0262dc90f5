import type { JsonObject, RecordKey, SourceRecord } from '@inlet/connector-sdk'
import { cutText, toStorable } from '../../parsing/html/cut-text.js'
import { type Item, objectOf, textOf } from '../api/items.js'
import type { Repository } from '../repositories/catalog.js'

/** What all records of a repository have in common; docs/guides/events.md lists the members of `data`. */
export interface EventParts {
  readonly stream: string
  /** Besides the id of the repository. */
  readonly key: readonly (string | number)[]
  readonly eventType: string
  readonly title?: string | undefined
  readonly content?: string | undefined
  readonly actor?: string | undefined
  /** Number of the issue or pull request it belongs to. */
  readonly thread?: number | undefined
  readonly url?: string | undefined
  readonly at?: string | undefined
  readonly context: JsonObject
  readonly scope?: string
}

const MAX_TITLE = 1_000
/** GitHub's own limit for texts is 65,536 characters; commit messages have none. */
const MAX_TEXT = 400_000

export const toEvent = (repository: Repository, parts: EventParts): SourceRecord => {
  const content = storable(parts.content, MAX_TEXT)
  const title = storable(parts.title, MAX_TITLE)
  const key: RecordKey = [repository.id, ...parts.key]
  return {
    stream: parts.stream,
    key,
    kind: 'event',
    title,
    text: content,
    url: parts.url,
    occurredAt: parts.at !== undefined && !Number.isNaN(Date.parse(parts.at)) ? parts.at : undefined,
    data: {
      eventType: parts.eventType,
      content: content ?? title,
      actor: parts.actor,
      projectId: repository.name,
      sessionId: parts.thread === undefined ? undefined : `${repository.name}#${parts.thread}`,
      context: compact({ repositoryId: repository.id, ...parts.context }),
    },
    ...(parts.scope === undefined ? {} : { scope: parts.scope }),
  }
}

export const loginOf = (item: Item | undefined, field = 'user'): string | undefined => textOf(objectOf(item, field), 'login')

/** Returns the number at the end of a URL, e.g. of an issue. */
export const numberAtEnd = (url: string | undefined): number | undefined => {
  const match = /\/(\d{1,12})$/.exec(url ?? '')
  return match === null ? undefined : Number(match[1])
}

const storable = (text: string | undefined, max: number): string | undefined =>
  text === undefined || text === '' ? undefined : cutText(toStorable(text), max)

/** Drops absent members, and makes texts storable. */
const compact = (context: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(context)
      .filter(([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0))
      .map(([name, value]) => [name, typeof value === 'string' ? cutText(toStorable(value), MAX_TEXT) : value]),
  )
