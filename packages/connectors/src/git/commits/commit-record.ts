import type { RejectedRecord, SourceRecord } from '@inlet/connector-sdk'
import type { RawCommit } from './commit-parser.js'

export const COMMITS = 'commits'

/** Limit for message, names and addresses together; beyond 4 MiB git's output is cut. */
const MAX_CHARACTERS = 1024 * 1024

export interface CommitOrigin {
  /** Name of the repository, the same on every installation. */
  readonly projectId: string
  readonly branch: string
  readonly stats: boolean
}

/** Turns a commit into a record; rejects it when its text has more than a million characters. Pure. */
export const toCommitRecord = (commit: RawCommit, origin: CommitOrigin): { record: SourceRecord } | { rejected: RejectedRecord } => {
  const [sha = '', parents = '', author = '', authorEmail = '', authored = '', committer = '', committerEmail = '', committed = '', body = ''] =
    commit.fields
  if (commit.fields.reduce((sum, field) => sum + field.length, 0) > MAX_CHARACTERS) {
    const message = `commit ${sha} has more than ${MAX_CHARACTERS} characters of text`
    return { rejected: { stream: COMMITS, key: sha, reason: 'RECORD_TOO_LARGE', message, raw: body.slice(0, 16_384) } }
  }
  const message = body.trimEnd()
  const committedAt = isoTime(committed)
  const authoredAt = authored === committed ? committedAt : isoTime(authored)
  const { files, additions, deletions, paths } = commit
  return {
    record: {
      stream: COMMITS,
      key: sha,
      kind: 'event',
      title: subjectOf(message),
      text: message,
      occurredAt: committedAt ?? undefined,
      data: {
        eventType: 'commit',
        content: message,
        actor: `${author} <${authorEmail}>`,
        projectId: origin.projectId,
        context: {
          branch: origin.branch,
          parents: parents === '' ? [] : parents.split(' '),
          author: { name: author, email: authorEmail, at: authoredAt },
          committer: { name: committer, email: committerEmail, at: committedAt },
          ...(origin.stats
            ? {
                stats: { files, additions, deletions },
                paths,
                ...(files > paths.length ? { pathsTruncated: true } : {}),
              }
            : {}),
        },
      },
    },
  }
}

/** Returns the first paragraph on one line, as git shows it. */
const subjectOf = (message: string): string => {
  const end = message.indexOf('\n')
  // Nearly all messages look like this.
  if (end > 0 && message.charCodeAt(end + 1) === 0x0a && message.charCodeAt(0) > 0x20) return message.slice(0, Math.min(end, MAX_SUBJECT))
  const trimmed = message.trimStart()
  const blank = trimmed.search(/\n[ \t]*\n/)
  return (blank === -1 ? trimmed : trimmed.slice(0, blank)).replaceAll(/\s*\n\s*/g, ' ').slice(0, MAX_SUBJECT)
}

const MAX_SUBJECT = 500

/** The last moment of a four-digit year; git accepts any number. */
const MAX_SECONDS = 253_402_300_799

const isoTime = (seconds: string): string | null => {
  const value = Number(seconds)
  return seconds !== '' && Number.isInteger(value) && value >= 0 && value <= MAX_SECONDS ? new Date(value * 1000).toISOString() : null
}
