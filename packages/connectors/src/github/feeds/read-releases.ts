import { Failure } from '@inlet/connector-sdk'
import { toSearch } from '../api/github-api.js'
import { itemsOf } from '../api/items.js'
import { formatSince, parseSince } from '../cursor/since-position.js'
import { askForList, type ListReading, type ListSpec, rememberList } from './list-reader.js'
import type { Step } from './reading.js'

/** Reads a list without any bounds: when its first page changes, all of it is read, and what is missing is gone. */
export async function* readWhole(reading: ListReading, spec: ListSpec, position: string | undefined): AsyncGenerator<Step, void, void> {
  const { connection, repository, signal } = reading
  const { feed, path } = spec
  const mark = position === undefined ? '' : parseSince(position, connection.ctx.now()).mark
  const query = { ...spec.query, per_page: connection.ctx.config.pageSize }
  let answer = await askForList(reading, { feed, path, query, mark })
  if (answer === null) return
  const { etag } = answer
  const pages = new Set<string>()
  for (;;) {
    const records = await spec.toRecords(itemsOf(answer.body, path))
    if (answer.next === null) {
      const stored = formatSince({ since: 0, mark: rememberList(reading, { feed, path, query, etag }) })
      yield { records, position: stored, sweep: String(repository.id) }
      return
    }
    yield { records }
    const next = { ...query, ...answer.next }
    if (pages.has(toSearch(next))) throw new Failure('PAGINATION_LOOP', `${path} leads back to a page that was read`)
    pages.add(toSearch(next))
    answer = await connection.api.get({ path, query: next, signal })
  }
}
