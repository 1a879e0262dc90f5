import { Failure } from '@inlet/connector-sdk'
import { type Query, toSearch } from '../api/github-api.js'
import { itemsOf, secondsOf } from '../api/items.js'
import type { Backfill } from '../cursor/positions.js'
import { formatSince, parseSince, stableAt } from '../cursor/since-position.js'
import { askForList, type ListReading, type ListSpec, rememberList, startSeconds } from './list-reader.js'
import type { Step } from './reading.js'

export interface WalkSpec extends ListSpec {
  readonly sort: Query
  /** The same list in an order that changes do not disturb, for reading all of it the first time. */
  readonly backfill?: Query
}

/**
 * Reads a list without `since`, newest change first, until it reaches what is already stored. Changes in the meantime only push items to later pages.
 * A long list is first read the other way, oldest creation first, where pages stay as they are, so that the read can be interrupted.
 */
export async function* readWalk(
  reading: ListReading,
  spec: WalkSpec,
  at: { position?: string | undefined; backfill?: Backfill | undefined },
): AsyncGenerator<Step, void, void> {
  let { position } = at
  if (spec.backfill !== undefined && (at.backfill !== undefined || (position === undefined && startSeconds(reading.connection) === 0)))
    position = yield* readBackfill(reading, spec, at.backfill)
  yield* walk(reading, spec, position)
}

async function* readBackfill(reading: ListReading, spec: WalkSpec, under: Backfill | undefined): AsyncGenerator<Step, string, void> {
  const { connection, repository, signal } = reading
  const query = { ...spec.query, ...spec.backfill, per_page: connection.ctx.config.pageSize }
  let reaches = under?.reaches
  for (let page = under?.page ?? 1; ; page++) {
    const answer = await connection.api.get({ path: spec.path, query: { ...query, page }, signal })
    const items = itemsOf(answer.body, spec.path)
    // The walk finds whatever changes from here on.
    reaches ??= formatSince({ since: stableAt(answer.at), mark: '' })
    const records = await spec.toRecords(items)
    if (answer.next === null) {
      yield { records, position: reaches, backfill: null }
      return reaches
    }
    yield { records, backfill: { id: repository.id, page: page + 1, reaches } }
  }
}

async function* walk(reading: ListReading, spec: WalkSpec, position: string | undefined): AsyncGenerator<Step, void, void> {
  const { connection, signal } = reading
  const { feed, path } = spec
  const from = position === undefined ? { since: startSeconds(connection), mark: '' } : parseSince(position, connection.ctx.now())
  const query = { ...spec.query, ...spec.sort, per_page: connection.ctx.config.pageSize }
  let answer = await askForList(reading, { feed, path, query, mark: from.mark })
  if (answer === null) return
  const { etag } = answer
  const stable = stableAt(answer.at)
  const pages = new Set<string>()
  let newest = 0
  for (;;) {
    const items = itemsOf(answer.body, path)
    const times = items.map((item) => secondsOf(item, spec.timeField) ?? 0)
    newest = Math.max(newest, ...times)
    const records = await spec.toRecords(items.filter((_, index) => (times[index] ?? 0) >= from.since))
    const known = times.some((time) => time < from.since)
    if (known || answer.next === null) {
      const mark = rememberList(reading, { feed, path, query, etag })
      const since = Math.max(position === undefined ? 0 : from.since, Math.min(newest, stable))
      yield { records, position: formatSince({ since, mark }) }
      return
    }
    yield { records }
    const next = { ...query, ...answer.next }
    if (pages.has(toSearch(next))) throw new Failure('PAGINATION_LOOP', `${path} leads back to a page that was read`)
    pages.add(toSearch(next))
    answer = await connection.api.get({ path, query: next, signal })
  }
}
