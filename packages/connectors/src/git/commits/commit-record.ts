import type { RejectedRecord, SourceRecord } from '@inlet/connector-sdk'
import { MAX_TOKEN_BYTES } from '../cli/nul-tokens.js'
import type { RawCommit } from './commit-parser.js'

export const COMMITS = 'commits'

/** Of messages, in UTF-8 bytes. */
const MAX_MESSAGE_BYTES = 1024 * 1024

export interface CommitOrigin {
  /** Name of the repository, the same on every installation. */
  readonly projectId: string
  readonly branch: string
  readonly stats: boolean
}

/** The record of a commit; rejected when its message is larger than 1 MiB. Pure. */
export const toCommitRecord = (commit: RawCommit, origin: CommitOrigin): { record: SourceRecord } | { rejected: RejectedRecord } => {
  const [sha = '', parents = '', author = '', authorEmail = '', authored = '', committer = '', committerEmail = '', committed = '', body = ''] =
    commit.fields
  if (body.length >= MAX_MESSAGE_BYTES / 4 && Math.min(Buffer.byteLength(body), MAX_TOKEN_BYTES) > MAX_MESSAGE_BYTES) {
    const message = `the message of commit ${sha} is larger than ${MAX_MESSAGE_BYTES} bytes`
    return { rejected: { stream: COMMITS, key: sha, reason: 'RECORD_TOO_LARGE', message, raw: body.slice(0, 16_384) } }
  }
  const message = body.trimEnd()
  const { files, additions, deletions, paths } = commit
  return {
    record: {
      stream: COMMITS,
      key: sha,
      kind: 'event',
      title: subjectOf(message),
      text: message,
      occurredAt: isoTime(committed) ?? undefined,
      data: {
        eventType: 'commit',
        content: message,
        actor: `${author} <${authorEmail}>`,
        projectId: origin.projectId,
        context: {
          branch: origin.branch,
          parents: parents === '' ? [] : parents.split(' '),
          author: { name: author, email: authorEmail, at: isoTime(authored) },
          committer: { name: committer, email: committerEmail, at: isoTime(committed) },
          ...(origin.stats
            ? {
                stats: { files, additions, deletions },
                paths: paths.map((path) => ({ ...path })),
                ...(files > paths.length ? { pathsTruncated: true } : {}),
              }
            : {}),
        },
      },
    },
  }
}

/** The first paragraph on one line, as git shows it. */
const subjectOf = (message: string): string => {
  const trimmed = message.trimStart()
  const end = trimmed.search(/\n[ \t]*\n/)
  return (end === -1 ? trimmed : trimmed.slice(0, end)).replaceAll(/\s*\n\s*/g, ' ').slice(0, 500)
}

/** The latest moment four digits of a year can name; git accepts any number. */
const MAX_SECONDS = 253_402_300_799

const isoTime = (seconds: string): string | null => {
  const value = Number(seconds)
  return seconds !== '' && Number.isInteger(value) && value >= 0 && value <= MAX_SECONDS ? new Date(value * 1000).toISOString() : null
}
