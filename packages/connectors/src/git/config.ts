import { Failure, moment } from '@inlet/connector-sdk'
import { z } from 'zod'
import { isRefName, parseGitUrl } from './rules/git-url.js'

const pattern = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => !text.includes('\0') && !text.startsWith('/'), 'must be relative to the root of the repository')

export const gitConfigSchema = z
  .strictObject({
    url: z.string().optional().describe('https URL of the repository; http only where the operator allows the host. Either this or path.'),
    path: z.string().min(1).optional().describe('Folder of a local repository, bare or with a work tree, below an allowed root. Either this or url.'),
    branch: z.string().optional().describe('Branch or tag to read; the default branch (HEAD) when absent.'),
    streams: z
      .array(z.enum(['commits', 'files']))
      .min(1)
      .default(['commits'])
      .describe('What to read: commits (the history) and files (the contents of the head of the branch).'),
    since: moment.optional().describe('Leave out commits that were committed before this time (ISO 8601).'),
    maxCommits: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .describe('The first read takes at most this many of the newest commits; later reads take all new ones.'),
    firstParent: z.boolean().default(false).describe('Follow only the first parent of merges: the history of the branch itself.'),
    stats: z.boolean().default(true).describe('Record the changed paths and line counts of every commit; takes far more time in large repositories.'),
    include: z.array(pattern).max(100).default([]).describe('Globs of paths, e.g. src/**; a folder includes everything below it. Empty: everything.'),
    exclude: z.array(pattern).max(100).default([]).describe('Globs of paths to leave out; overrides include.'),
    contents: z.boolean().default(true).describe('Store the text of files, not only their names (stream files).'),
    maxFileBytes: z
      .int()
      .min(1)
      .max(8 * 1024 * 1024)
      .default(512 * 1024)
      .describe('The content of files larger than this is left out, in bytes (stream files).'),
    maxRepositoryBytes: z
      .int()
      .min(1_000_000)
      .default(10 * 1024 ** 3)
      .describe('A remote repository whose clone grows larger than this is refused, in bytes.'),
    pageRecords: z.int().min(1).max(1000).default(500).describe('Records per page.'),
  })
  .refine((config) => (config.url === undefined) !== (config.path === undefined), { message: 'set either url or path', path: ['url'] })

const headerSafe = z.string().regex(/^[\x20-\x7e]+$/, 'must be printable ASCII')

/** For forms: asked for together, if at all. */
const withToken = { 'x-way': 'Access token' }

export const gitSecretSchema = z.strictObject({
  username: headerSafe
    .regex(/^[^:]+$/, 'must not hold a colon')
    .optional()
    .describe('User name for the remote; most hosts accept any with a token.')
    .meta(withToken),
  token: headerSafe.optional().describe('Access token or password for the remote.').meta(withToken),
})

export type GitConfig = z.infer<typeof gitConfigSchema>
export type GitSecrets = z.infer<typeof gitSecretSchema>

/** Throws GIT_URL_NOT_ALLOWED, URL_CREDENTIALS_NOT_ALLOWED, INVALID_REF or VALIDATION_FAILED. Pure. */
export const validateGit = ({ url, branch }: GitConfig, secrets: GitSecrets): void => {
  if (url !== undefined) parseGitUrl(url)
  if (branch !== undefined && !isRefName(branch))
    throw new Failure('INVALID_REF', `${JSON.stringify(branch.slice(0, 100))} is not a valid branch name`, { field: 'config.branch' })
  if (url === undefined && (secrets.token !== undefined || secrets.username !== undefined))
    throw new Failure('VALIDATION_FAILED', 'a local path accepts no credentials', { field: 'secrets' })
}
