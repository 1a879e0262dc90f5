import { Failure, workFolderFull, workFolderUnusable } from '@inlet/connector-sdk'
import type { GitSetup } from './git-environment.js'

type Reason = ConstructorParameters<typeof Failure>[0]

/** What git writes to stderr (with LC_ALL=C); the first match wins. */
const RULES: readonly (readonly [RegExp, Reason, string])[] = [
  [/no space left|disk quota/i, 'DISK_FULL', ''],
  [/read-only file system/i, 'WORK_FOLDER_UNUSABLE', ''],
  [/stale file handle|transport endpoint is not connected/i, 'FILES_UNAVAILABLE', 'what is mounted there does not answer'],
  [/dubious ownership/i, 'FILE_NOT_READABLE', 'the repository belongs to another user than that of the worker'],
  [/could not read (Username|Password)|Authentication failed|returned error: 401/i, 'AUTH_FAILED', 'the remote refused the credentials'],
  [/returned error: 403|access denied/i, 'PERMISSION_DENIED', 'the credentials may not read the repository'],
  [/repository '.*' not found|returned error: (404|410)/i, 'NOT_FOUND_UPSTREAM', 'the remote has no such repository'],
  [/not a git repository/i, 'NOT_FOUND_UPSTREAM', 'the folder is not a git repository'],
  [/returned error: 30\d|unable to update url base from redirection/i, 'TOO_MANY_REDIRECTS', 'the remote redirects to another address'],
  [/returned error: 429/i, 'RATE_LIMITED', 'the remote asks to wait'],
  [/returned error: 5\d\d/i, 'UPSTREAM_ERROR', 'the remote reports an error of its own'],
  [/could not resolve host/i, 'DNS_FAILED', 'the host name does not resolve'],
  [/certificate|SSL_|SSL connect|gnutls_handshake|TLS/i, 'TLS_FAILED', 'no secure connection to the remote'],
  [/operation too slow|timed? ?out/i, 'TIMEOUT', 'the remote answers too slowly'],
  [/failed to connect|couldn't connect|connection refused|no route to host|network is unreachable/i, 'UNREACHABLE', 'the remote does not answer'],
  [/couldn't find remote ref|unknown revision|ambiguous argument|Needed a single revision/i, 'INVALID_REF', 'the branch or tag does not exist'],
  [
    /early EOF|hung up unexpectedly|RPC failed|transfer closed|empty reply|unexpected disconnect|connection reset|recv failure|curl 18/i,
    'CONNECTION_LOST',
    'the connection to the remote broke',
  ],
  [/permission denied/i, 'FILE_NOT_READABLE', 'the files of the repository may not be read'],
]

const RATE_LIMIT_MS = 60_000

/** Returns the failure for the stderr of a git process that worked in that folder; UPSTREAM_INVALID when nothing else fits. */
export const toGitFailure = (stderr: string, { secrets, workDir }: Pick<GitSetup, 'secrets' | 'workDir'>): Failure => {
  const rule = RULES.find(([pattern]) => pattern.test(stderr))
  const [, reason, meaning] = rule ?? [undefined, 'UPSTREAM_INVALID' as const, 'the repository cannot be read']
  const detail = detailOf(stderr, secrets ?? [])
  if (reason === 'DISK_FULL') return workFolderFull(workDir, { detail, cause: stderr })
  if (reason === 'WORK_FOLDER_UNUSABLE') return workFolderUnusable(workDir, { detail, cause: stderr })
  return new Failure(reason, detail === '' ? meaning : `${meaning}: ${detail}`, reason === 'RATE_LIMITED' ? { retryAfterMs: RATE_LIMIT_MS } : {})
}

/** Returns git's own first complaint, without lines of the remote, which may echo what was sent to it. */
const detailOf = (stderr: string, secrets: readonly string[]): string => {
  const line = stderr.split('\n').find((candidate) => /^(fatal|error): /.test(candidate)) ?? ''
  const clean = secrets.reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '***')), line)
  return clean.replace(/^(fatal|error): /, '').slice(0, 300)
}
