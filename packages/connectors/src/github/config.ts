import { moment } from '@inlet/connector-sdk'
import { z } from 'zod'
import { STREAMS } from './streams.js'

/** Settings of the `github` connector. */
export const githubConfig = z.strictObject({
  repositories: z
    .array(z.string().min(3).max(200))
    .min(1)
    .max(300)
    .describe(
      'Repositories as owner/name; the name may be a glob (acme/*, acme/docs-*) for all matching repositories of the owner that the token can see.',
    ),
  exclude: z.array(z.string().min(3).max(200)).max(300).default([]).describe('Repositories to leave out, as owner/name or owner/glob.'),
  forks: z.boolean().default(false).describe('Whether globs include forks.'),
  archived: z.boolean().default(true).describe('Whether globs include archived repositories.'),
  streams: z
    .array(z.enum(STREAMS))
    .min(1)
    .default(['commits', 'pull_requests', 'issues', 'comments', 'reviews', 'releases'])
    .describe('What to read. `repositories` is always read. Reviews cost one request for every pull request that changed.'),
  branch: z.string().min(1).max(250).optional().describe('Branch or tag whose commits are read; the default branch of each repository when absent.'),
  since: moment.optional().describe('Leave out what was last changed before this time (ISO 8601).'),
  baseUrl: z
    .string()
    .min(1)
    .max(2_048)
    .default('https://api.github.com')
    .describe('Address of the REST API; for GitHub Enterprise Server https://<host>/api/v3.'),
  pageSize: z.int().min(1).max(100).default(100).describe('Items per request.'),
  reserveRequests: z
    .int()
    .min(0)
    .max(14_000)
    .default(0)
    .describe(
      'Requests of the hourly quota that are left to other users of the token: with fewer remaining, the run is parked until the quota renews.',
    ),
  timeoutMs: z.int().min(1_000).max(120_000).default(30_000).describe('Timeout of one request, in milliseconds.'),
  retries: z.int().min(0).max(5).default(2).describe('How often a request is tried again after a temporary failure.'),
})

export type GithubConfig = z.infer<typeof githubConfig>

export const githubSecrets = z.strictObject({
  token: z
    .string()
    .min(1)
    .max(1_000)
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional()
    .describe('Personal access token (fine-grained or classic) or installation token; without one, 60 requests an hour for public repositories.'),
})

export type GithubSecrets = z.infer<typeof githubSecrets>
