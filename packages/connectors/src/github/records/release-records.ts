import type { JsonObject, SourceRecord } from '@inlet/connector-sdk'
import { type Item, isItem, listOf, numberOf, objectOf, textOf } from '../api/items.js'
import type { Repository } from '../repositories/catalog.js'
import { loginOf, toEvent } from './event.js'

export const toReleaseRecord = (item: Item, repository: Repository): SourceRecord => {
  const id = numberOf(item, 'id')
  const tag = textOf(item, 'tag_name')
  return toEvent(repository, {
    stream: 'releases',
    key: [id],
    eventType: 'release',
    title: textOf(item, 'name') || tag,
    content: textOf(item, 'body'),
    actor: loginOf(item, 'author'),
    url: textOf(item, 'html_url'),
    at: textOf(item, 'published_at') ?? textOf(item, 'created_at'),
    scope: String(repository.id),
    context: {
      id,
      tag,
      target: item['target_commitish'],
      draft: item['draft'],
      prerelease: item['prerelease'],
      createdAt: item['created_at'],
      // Without the download count, which changes all the time.
      assets: listOf(item, 'assets').flatMap((asset) =>
        isItem(asset) ? { name: asset['name'], size: asset['size'], contentType: asset['content_type'] } : [],
      ),
    },
  })
}

const MAX_PAYLOAD = 20_000

/** Turns an event of the repository's activity (a push, a star, a fork, a member) into a record. Its payload is kept unless it is very large. */
export const toActivityRecord = (item: Item, repository: Repository): SourceRecord => {
  const type = textOf(item, 'type') ?? 'Unknown'
  const payload = objectOf(item, 'payload') ?? {}
  const action = textOf(payload, 'action')
  const ref = textOf(payload, 'ref')
  const name = snakeCase(type.replace(/Event$/, ''))
  const subject = objectOf(payload, 'pull_request') ?? objectOf(payload, 'issue')
  return toEvent(repository, {
    stream: 'events',
    key: [textOf(item, 'id') ?? numberOf(item, 'id')],
    eventType: name,
    title: [name, action, ref].filter((part) => part !== undefined).join(' '),
    content: textOf(objectOf(payload, 'comment'), 'body') ?? textOf(subject, 'title'),
    actor: loginOf(item, 'actor'),
    thread: Number(subject?.['number'] ?? 0) || undefined,
    at: textOf(item, 'created_at'),
    context: { type, action, ref, public: item['public'], payload: small(payload) },
  })
}

const small = (payload: JsonObject): JsonObject | undefined =>
  JSON.stringify(payload, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)).length <= MAX_PAYLOAD ? payload : undefined

const snakeCase = (text: string): string => text.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
