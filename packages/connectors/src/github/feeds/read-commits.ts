import { Failure } from '@inlet/connector-sdk'
import { type ApiResponse, type Query } from '../api/github-api.js'
import { type Item, itemOf, itemsOf, objectOf, secondsOf, textOf } from '../api/items.js'
import type { Backfill } from '../cursor/positions.js'
import { toCommitRecord } from '../records/commit-record.js'
import { isoSeconds, type ListReading, startSeconds } from './list-reader.js'
import type { Step } from './reading.js'

export const HEAD_WIDTH = 14
const HEX = 20
const SHA = /^[0-9a-f]{40,64}$/

/** The first 80 bits of a commit id. */
const packHead = (sha: string): string => Buffer.from(sha.slice(0, HEX), 'hex').toString('base64url')
const unpackHead = (position: string): string => Buffer.from(position, 'base64url').toString('hex')

/**
 * Reads the commits of a branch. The position is its head: new commits are those the new head reaches and the old one does not, as GitHub compares
 * them, so that merged branches with older commits are found, and after a force-push the new side. Lists between fixed commits never change,
 * so their pages can be numbered.
 */
export async function* readCommits(
  reading: ListReading,
  at: { position?: string | undefined; backfill?: Backfill | undefined },
): AsyncGenerator<Step, void, void> {
  let { position } = at
  if (at.backfill !== undefined) position = yield* readList(reading, at.backfill)
  const { connection, repository } = reading
  const base = position === undefined ? undefined : fullHead(reading, position)
  const etag = position !== undefined && base?.length !== HEX ? repository.known?.feeds.commits : undefined
  const answer = await askForHead(reading, etag)
  if (answer === null) return
  const head = textOf(itemsOf(answer.body, 'commits')[0], 'sha')
  // No commits since the configured time.
  if (head === undefined) return
  if (!SHA.test(head)) throw new Failure('UPSTREAM_INVALID', `a commit of ${repository.name} has no id`)
  const learned = connection.learned(repository.id)
  learned.head = head
  learned.etags.set('commits', answer.etag)
  if (packHead(head) === position) return
  yield* readList(reading, { id: repository.id, page: 1, reaches: packHead(head), head, ...(base === undefined ? {} : { base }) })
}

/** Returns the full id where this source still knows it; GitHub also resolves the abbreviated one. */
const fullHead = ({ repository }: ListReading, position: string): string => {
  const known = repository.known?.head
  return known !== undefined && packHead(known) === position ? known : unpackHead(position)
}

/** Returns null for a repository without commits. */
const askForHead = async ({ connection, repository, signal }: ListReading, etag: string | undefined): Promise<ApiResponse | null> => {
  const { branch } = connection.ctx.config
  try {
    return await connection.api.getChanged({
      path: `/repos/${repository.name}/commits`,
      query: { ...bounds(connection), sha: branch, per_page: 1 },
      etag,
      signal,
    })
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    if (thrown.message.includes('GitHub answers 409')) return null
    if (thrown.reason !== 'NOT_FOUND_UPSTREAM' || branch === undefined) throw thrown
    throw new Failure('INVALID_REF', `${repository.name} has no branch ${branch}`, { field: 'config.branch', cause: thrown })
  }
}

async function* readList(reading: ListReading, start: Backfill): AsyncGenerator<Step, string, void> {
  const { repository } = reading
  for (let now = start; ; ) {
    const part = await askForPart(reading, now)
    if (part === null) {
      // The old head is gone from the repository: nothing is left to compare with.
      const { base: _gone, ...whole } = now
      now = { ...whole, page: 1 }
      continue
    }
    const records = part.commits.map((item) => toCommitRecord(item, repository, reading.connection.ctx.config.branch))
    if (!part.more) {
      yield { records, position: now.reaches, backfill: null }
      return now.reaches
    }
    now = { ...now, page: now.page + 1 }
    yield { records, backfill: now }
  }
}

interface Part {
  readonly commits: readonly Item[]
  readonly more: boolean
}

/** Requests one page of the commits up to a head; null when the commit they are compared with is gone. */
const askForPart = async ({ connection, repository, signal }: ListReading, { head, base, page }: Backfill): Promise<Part | null> => {
  const paging = { per_page: connection.ctx.config.pageSize, page }
  if (base === undefined) {
    const path = `/repos/${repository.name}/commits`
    const answer = await connection.api.get({ path, query: { ...bounds(connection), sha: head, ...paging }, signal })
    return { commits: itemsOf(answer.body, path), more: answer.next !== null }
  }
  const path = `/repos/${repository.name}/compare/${base}...${head}`
  try {
    const answer = await connection.api.get({ path, query: paging, signal })
    const commits = itemsOf(itemOf(answer.body, path)['commits'], path)
    const start = startSeconds(connection)
    return {
      commits: commits.filter((item) => (secondsOf(objectOf(objectOf(item, 'commit'), 'committer') ?? {}, 'date') ?? start) >= start),
      more: answer.next !== null && commits.length > 0,
    }
  } catch (thrown) {
    if (thrown instanceof Failure && (thrown.reason === 'NOT_FOUND_UPSTREAM' || thrown.message.includes('GitHub answers 422'))) return null
    throw thrown
  }
}

const bounds = (connection: ListReading['connection']): Query => {
  const start = startSeconds(connection)
  return { since: start === 0 ? undefined : isoSeconds(start) }
}
