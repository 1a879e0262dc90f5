import type { JsonObject, SourceRecord } from '@inlet/connector-sdk'
import { cutText, toStorable } from '../../parsing/html/cut-text.js'
import { type Item, listOf, objectOf, textOf } from '../api/items.js'
import { REPOSITORIES } from '../streams.js'

const text = (item: Item, field: string): string | undefined => {
  const value = textOf(item, field)
  return value === undefined ? undefined : cutText(toStorable(value), 10_000)
}

/** Without what changes by the hour: stars, forks, watchers. */
export const toRepositoryRecord = (id: number, item: Item): SourceRecord => {
  const data: JsonObject = {
    id,
    name: text(item, 'full_name'),
    description: text(item, 'description'),
    private: item['private'],
    fork: item['fork'],
    archived: item['archived'],
    visibility: item['visibility'],
    defaultBranch: text(item, 'default_branch'),
    language: text(item, 'language'),
    topics: listOf(item, 'topics'),
    license: text(objectOf(item, 'license') ?? {}, 'spdx_id'),
    homepage: text(item, 'homepage'),
    createdAt: item['created_at'],
  }
  return {
    stream: REPOSITORIES,
    key: id,
    kind: 'item',
    title: text(item, 'full_name'),
    text: text(item, 'description'),
    url: text(item, 'html_url'),
    data,
  }
}
