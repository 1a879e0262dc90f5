import { type CheckWarning, Failure, timeoutSignal, toFailure, warnOfScopes } from '@inlet/connector-sdk'
import type { GithubConnection } from './connection.js'

const TIMEOUT_MS = 8_000

/** The path that the first page of each stream needs; requested of the first repository. */
const PROBES = {
  commits: '/commits',
  pull_requests: '/pulls',
  issues: '/issues',
  comments: '/issues',
  reviews: '/pulls',
  releases: '/releases',
  events: '/events',
} as const

const SCOPES = {
  reads: (scope: string): boolean => scope.startsWith('read:') || scope === 'user:email',
  advice: 'use a fine-grained token with read-only access to these repositories, or a classic one without scopes where they are public',
}

/**
 * Finds the repositories, and requests an item of each stream from one of them. Throws the first failure; a single missing repository counts as one.
 * Warns of a token that may do more than read.
 */
export const check = async (connection: GithubConnection, asked: AbortSignal): Promise<readonly CheckWarning[]> => {
  const signal = connection.signal(timeoutSignal(TIMEOUT_MS, asked))
  try {
    connection.forget()
    const { repositories, failures } = await connection.catalog(signal)
    const [missing] = failures
    if (missing !== undefined) throw missing.failure
    const [first] = repositories
    if (first === undefined)
      throw new Failure('NOT_FOUND_UPSTREAM', 'no repository matches', {
        field: 'config.repositories',
        next: 'Check owner and pattern, and that the token may see the repositories.',
      })
    const paths = new Set(connection.ctx.config.streams.map((stream) => PROBES[stream]))
    for (const path of paths) await probe(connection, `/repos/${first.name}${path}`, signal)
    return warnOfScopes(connection.api.granted(), SCOPES)
  } catch (thrown) {
    if (signal.aborted && !asked.aborted) throw new Failure('TIMEOUT', `GitHub did not answer within ${TIMEOUT_MS / 1_000} s`, { cause: thrown })
    throw thrown
  } finally {
    connection.forget()
  }
}

const probe = async ({ api }: GithubConnection, path: string, signal: AbortSignal): Promise<void> => {
  try {
    await api.get({ path, query: { per_page: 1 }, signal })
  } catch (thrown) {
    const failure = toFailure(thrown)
    // An empty repository, or disabled issues.
    if (failure.message.includes('GitHub answers 409') || /disabled (?:for|in) this repo/i.test(failure.message)) return
    throw thrown
  }
}
