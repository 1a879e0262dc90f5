import { defineConnector, Failure } from '@inlet/connector-sdk'
import { check } from './check.js'
import { type GithubConfig, type GithubSecrets, githubConfig, githubSecrets } from './config.js'
import { type GithubConnection, openConnection } from './connection.js'
import { readGithubStream } from './feeds/read-stream.js'
import { STREAM_READERS } from './feeds/stream-readers.js'
import { readRepositories } from './repositories/read-repositories.js'
import { type GithubStream, REPOSITORIES, STREAMS } from './streams.js'
import { validateGithub } from './validate.js'

const KEY_FIELDS: Readonly<Record<GithubStream, readonly string[]>> = {
  commits: ['repositoryId', 'sha'],
  pull_requests: ['repositoryId', 'number'],
  issues: ['repositoryId', 'number'],
  comments: ['repositoryId', 'kind', 'id'],
  reviews: ['repositoryId', 'id'],
  releases: ['repositoryId', 'id'],
  events: ['repositoryId', 'id'],
}

export default defineConnector<GithubConfig, GithubSecrets, GithubConnection>({
  type: 'github',
  version: '1.0.0',
  title: 'GitHub',
  description:
    'Commits, pull requests, issues, comments, reviews, releases and activity of many repositories, on github.com or an Enterprise server.',
  configSchema: githubConfig,
  secretSchema: githubSecrets,
  validate: validateGithub,
  egress: ({ baseUrl }) => [{ field: 'baseUrl', url: baseUrl }],
  streams(connection) {
    connection.forget()
    const chosen = STREAMS.filter((stream) => connection.ctx.config.streams.includes(stream))
    return Promise.resolve([
      ...chosen.map((name) => ({
        name,
        kind: 'event' as const,
        incremental: true,
        deletes: STREAM_READERS[name].deletes,
        keyFields: KEY_FIELDS[name],
      })),
      // Last, because it keeps the ETags of the others.
      { name: REPOSITORIES, kind: 'item' as const, incremental: false, deletes: 'sweep' as const, keyFields: ['id'] },
    ])
  },
  connect: (ctx) => Promise.resolve(openConnection(ctx)),
  check,
  read(connection, request) {
    if (request.stream === REPOSITORIES) return readRepositories(connection, request)
    if (Object.hasOwn(STREAM_READERS, request.stream)) return readGithubStream(connection, request)
    throw new Failure('INTERNAL', `there is no stream ${request.stream}`)
  },
})
