import { Failure } from '@inlet/connector-sdk'
import { type Query, toSearch } from '../api/github-api.js'
import { itemsOf, secondsOf } from '../api/items.js'
import type { Backfill } from '../cursor/positions.js'
import { formatSince, parseSince, stableAt } from '../cursor/since-position.js'
import { askForList, type ListReading, type ListSpec, rememberList, startSeconds } from './list-reader.js'
import type { Step } from './reading.js'

export interface WalkSpec extends ListSpec {
  readonly sort: Query
  /** The same list in an order that no change disturbs, for the first reading of all of it. */
  readonly backfill?: Query
}

/**
 * A list without `since`, newest change first: it is walked until what is stored already. Changes during the walk only push items to later pages.
 * The first reading of a long list goes the other way, oldest creation first, where pages stay as they are, so that it can be interrupted.
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
    // What changes from here on is found by the walk.
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
