import {
  canonicalJson,
  complete,
  incomplete,
  type Page,
  type ReadEnd,
  type ReadRequest,
  type RecordKey,
  type SourceRecord,
} from '@inlet/connector-sdk'
import { type Item, itemOf } from '../api/items.js'
import type { GithubConnection } from '../connection.js'
import { toRepositoryRecord } from '../records/repository-record.js'
import { REPOSITORIES } from '../streams.js'
import type { Repository } from './catalog.js'
import { contentHash, formatMark, type RepositoryMark } from './repository-mark.js'

const PAGE = 100

/**
 * Yields one record per repository, with the ETags of what this run has read of it. Repositories that were not found are rejected and stay stored: a
 * token that sees less is no proof that they are gone. Those no longer in the settings or in their owner's list are swept.
 */
export async function* readRepositories(connection: GithubConnection, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const signal = connection.signal(request.signal)
  const { repositories, failures } = await connection.catalog(signal)
  let records: SourceRecord[] = []
  let unchanged: RecordKey[] = []
  for (const repository of repositories) {
    const record = await toRecord(connection, repository, signal)
    if (record === null) unchanged.push(repository.id)
    else records.push(record)
    if (records.length >= PAGE) {
      yield { records, unchanged }
      records = []
      unchanged = []
    }
  }
  const rejected = failures.map(({ name, failure }) => ({
    stream: REPOSITORIES,
    key: [name],
    reason: failure.reason,
    message: `${name}: ${failure.message}`,
  }))
  const isComplete = failures.length === 0
  yield {
    records,
    unchanged,
    ...(isComplete ? { sweep: {} } : { rejected }),
    progress: {
      done: repositories.length,
      total: repositories.length + failures.length,
      ...(isComplete ? {} : { note: `${failures.length} of the repositories named were not found; the first: ${failures[0]?.failure.message}` }),
    },
  }
  const [first] = failures
  if (first === undefined) return complete('every repository and every list of an owner was read')
  return incomplete(`${failures.length} of the repositories named were not found; the first: ${first.name}: ${first.failure.message}`)
}

/** Returns null when neither the repository nor what is known of it has changed. */
const toRecord = async (connection: GithubConnection, repository: Repository, signal: AbortSignal): Promise<SourceRecord | null> => {
  const { known } = repository
  const learned = connection.learned(repository.id)
  const feeds = { ...known?.feeds }
  for (const [feed, etag] of learned.etags) {
    if (etag === undefined) delete feeds[feed]
    else feeds[feed] = etag
  }
  const mark = { id: repository.id, asked: repository.asked, name: repository.name, etag: repository.etag, head: learned.head ?? known?.head, feeds }
  if (repository.item === undefined && known !== null) {
    if (formatMark({ ...mark, content: known.content }) === formatMark(known)) return null
    return withMark({ ...mark, ...(await fetchAgain(connection, repository, signal)) })
  }
  const marked = { ...mark, item: repository.item ?? {} }
  const record = withMark(marked)
  return known !== null && record.validator === formatMark(known) ? null : record
}

const withMark = ({ item, ...mark }: Omit<RepositoryMark, 'content'> & { readonly item: Item }): SourceRecord => {
  const record = toRepositoryRecord(mark.id, item)
  return { ...record, validator: formatMark({ ...mark, content: contentHash(canonicalJson(record.data)) }) }
}

/** Only its ETags have changed: the record is needed once more to carry them. */
const fetchAgain = async (
  { api }: GithubConnection,
  { name }: Repository,
  signal: AbortSignal,
): Promise<{ readonly item: Item; readonly etag: string | undefined }> => {
  const path = `/repos/${name}`
  const answer = await api.get({ path, signal })
  return { item: itemOf(answer.body, path), etag: answer.etag }
}
