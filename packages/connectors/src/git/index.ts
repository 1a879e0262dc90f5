import { defineConnector, Failure } from '@inlet/connector-sdk'
import { COMMITS } from './commits/commit-record.js'
import { readCommits } from './commits/read-commits.js'
import { type GitConfig, type GitSecrets, gitConfigSchema, gitSecretSchema, validateGit } from './config.js'
import { type GitConnection, openGitConnection } from './connection.js'
import { FILES } from './files/file-record.js'
import { readFiles } from './files/read-files.js'
import { parseGitCursor } from './rules/cursor.js'
import { parseGitUrl, repositoryName } from './rules/git-url.js'

/** Requires git 2.37 or newer on the workers. See README.md of this folder. */
export default defineConnector<GitConfig, GitSecrets, GitConnection>({
  type: 'git',
  version: '1.0.0',
  title: 'Git repository',
  description: 'Commits of a branch with authors, messages and changed paths, and the files at its head, from a remote or a local repository.',
  configSchema: gitConfigSchema,
  secretSchema: gitSecretSchema,
  validate: validateGit,
  // Parsed, so that a URL git must not get is refused as such, before the general rules for addresses apply.
  egress: ({ url }) => (url === undefined ? [] : [{ field: 'url', url: parseGitUrl(url).href }]),
  connect: (ctx) => Promise.resolve(openGitConnection(ctx)),
  async streams({ ctx }) {
    return ctx.config.streams.map((name) =>
      name === COMMITS
        ? { name, kind: 'event', incremental: true, deletes: 'none', keyFields: ['sha'] }
        : { name, kind: 'document', incremental: true, deletes: 'sweep', keyFields: ['path'] },
    )
  },
  check: (connection, signal) => connection.check(signal),
  async *read(connection, { stream, cursor, signal }) {
    const { config, known } = connection.ctx
    const parsed = parseGitCursor(cursor)
    const scoped = connection.scope(signal)
    try {
      const snapshot = await connection.refresh(scoped)
      const order = { config, projectId: repositoryName(config), snapshot, cursor: parsed, signal: scoped }
      return yield* stream === FILES ? readFiles(order, known) : readCommits(order)
    } catch (thrown) {
      if (scoped.aborted) throw new Failure('CANCELLED', 'reading the repository was cancelled', { cause: thrown })
      throw thrown
    }
  },
})
