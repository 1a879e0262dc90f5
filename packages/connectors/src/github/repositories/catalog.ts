import { Failure } from '@inlet/connector-sdk'
import { type GithubApi } from '../api/github-api.js'
import { type Item, itemOf, itemsOf, numberOf, textOf } from '../api/items.js'
import { MAX_REPOSITORIES } from '../cursor/positions.js'
import { endsSource, toReadFailure } from '../feeds/reading.js'
import type { RepositoryMark } from './repository-mark.js'
import type { Selection } from './selection.js'

export interface Repository {
  /** Stays the same when the repository is renamed or transferred. */
  readonly id: number
  /** owner/name as it is now. */
  readonly name: string
  /** As the settings name it; empty when a glob found it. */
  readonly asked: string
  /** What GitHub says about it; absent if it has not changed. */
  readonly item?: Item | undefined
  readonly etag?: string | undefined
  readonly known: RepositoryMark | null
}

export interface Catalog {
  /** Sorted by id, so that the order is the same in every run. */
  readonly repositories: readonly Repository[]
  readonly failures: readonly { readonly name: string; readonly failure: Failure }[]
}

export interface CatalogOptions {
  readonly api: GithubApi
  readonly selection: Selection
  readonly known: readonly RepositoryMark[]
  readonly signal: AbortSignal
}

/**
 * Returns the repositories that exist now. Named ones are requested conditionally, one request each; those of owners are listed. A missing
 * repository does not stop the others; throws the first failure when all are missing.
 */
export const readCatalog = async (options: CatalogOptions): Promise<Catalog> => {
  const { selection } = options
  const found = new Map<number, Repository>()
  const failures: { name: string; failure: Failure }[] = []
  const attempt = async (name: string, work: () => Promise<readonly Repository[]>): Promise<void> => {
    try {
      for (const repository of await work()) if (!found.has(repository.id)) found.set(repository.id, repository)
    } catch (thrown) {
      const failure = toReadFailure(thrown, options.signal)
      if (endsSource(failure) || failure.code === 'transient') throw failure
      failures.push({ name, failure })
    }
  }
  for (const name of selection.names) await attempt(name, async () => [await findNamed(options, name)])
  for (const owner of selection.owners) await attempt(`${owner}/*`, () => listOwner(options, owner))
  const [first] = failures
  if (found.size === 0 && first !== undefined) throw first.failure
  if (found.size > MAX_REPOSITORIES)
    throw new Failure('VALIDATION_FAILED', `${found.size} repositories match; one source reads at most ${MAX_REPOSITORIES}`, {
      field: 'config.repositories',
      next: 'Split them into several sources by patterns, e.g. acme/a* and acme/b*.',
    })
  return { repositories: [...found.values()].sort((a, b) => a.id - b.id), failures }
}

const findNamed = async ({ api, known, signal }: CatalogOptions, name: string): Promise<Repository> => {
  const asked = name.toLowerCase()
  const mark = known.find((one) => one.asked === asked) ?? null
  const path = `/repos/${name}`
  // A renamed or transferred repository redirects to its id.
  const answer = await api.getChanged({ path, etag: mark?.etag, signal })
  if (answer === null && mark !== null) return { id: mark.id, name: mark.name, asked, etag: mark.etag, known: mark }
  if (answer === null) throw new Failure('INTERNAL', 'a request without a condition has no unchanged answer')
  const repository = toRepository(itemOf(answer.body, path), asked, known)
  return { ...repository, etag: answer.etag }
}

const listOwner = async (options: CatalogOptions, owner: string): Promise<readonly Repository[]> => {
  const repositories: Repository[] = []
  for await (const item of listed(options, owner)) {
    const full = { full_name: textOf(item, 'full_name') ?? '', fork: item['fork'] === true, archived: item['archived'] === true }
    if (options.selection.takes(full)) repositories.push(toRepository(item, '', options.known))
  }
  return repositories
}

/** Organizations and users have lists of their own; a user's list omits private repositories, unless it is the token's own user. */
async function* listed(options: CatalogOptions, owner: string): AsyncGenerator<Item, void, void> {
  try {
    yield* pagesOf(options, `/orgs/${owner}/repos`, { type: 'all' })
    return
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.reason !== 'NOT_FOUND_UPSTREAM') throw thrown
  }
  const own = (await loginOf(options))?.toLowerCase() === owner.toLowerCase()
  if (own) yield* pagesOf(options, '/user/repos', { affiliation: 'owner' })
  else yield* pagesOf(options, `/users/${owner}/repos`, { type: 'owner' })
}

async function* pagesOf({ api, signal }: CatalogOptions, path: string, filter: Readonly<Record<string, string>>): AsyncGenerator<Item, void, void> {
  for (let page = 1; ; page++) {
    const answer = await api.get({ path, query: { ...filter, sort: 'full_name', per_page: 100, page }, signal })
    yield* itemsOf(answer.body, path)
    if (answer.next === null) return
  }
}

/** Returns null for tokens without a user, such as those of an app. */
const loginOf = async ({ api, signal }: CatalogOptions): Promise<string | null> => {
  try {
    const answer = await api.get({ path: '/user', signal })
    return textOf(itemOf(answer.body, '/user'), 'login') ?? null
  } catch (thrown) {
    signal.throwIfAborted()
    if (thrown instanceof Failure && (thrown.reason === 'AUTH_FAILED' || thrown.reason === 'PERMISSION_DENIED')) return null
    throw thrown
  }
}

const toRepository = (item: Item, asked: string, known: readonly RepositoryMark[]): Repository => {
  const id = numberOf(item, 'id')
  return { id, name: textOf(item, 'full_name') ?? asked, asked, item, known: known.find((mark) => mark.id === id) ?? null }
}
