import type { SourceRecord } from '@inlet/connector-sdk'
import { type Item, numberOf, objectOf, pluck, textOf } from '../api/items.js'
import type { Repository } from '../repositories/catalog.js'
import { type EventParts, loginOf, numberAtEnd, toEvent } from './event.js'

export const toIssueRecord = (item: Item, repository: Repository): SourceRecord => {
  const number = numberOf(item, 'number')
  return toEvent(repository, {
    stream: 'issues',
    key: [number],
    eventType: 'issue',
    title: textOf(item, 'title'),
    ...postOf(item),
    thread: number,
    context: {
      ...stateOf(item),
      id: item['id'],
      number,
      stateReason: item['state_reason'],
      closedBy: loginOf(item, 'closed_by'),
      comments: item['comments'],
    },
  })
}

/** GitHub lists issues and pull requests together. */
export const isPullRequest = (item: Item): boolean => objectOf(item, 'pull_request') !== undefined

export const toPullRecord = (item: Item, repository: Repository): SourceRecord => {
  const number = numberOf(item, 'number')
  const mergedAt = textOf(item, 'merged_at')
  return toEvent(repository, {
    stream: 'pull_requests',
    key: [number],
    eventType: 'pull_request',
    title: textOf(item, 'title'),
    ...postOf(item),
    thread: number,
    context: {
      ...stateOf(item),
      // GitHub calls merged ones closed.
      ...(mergedAt === undefined ? {} : { state: 'merged' }),
      id: item['id'],
      number,
      draft: item['draft'],
      mergedAt,
      mergeCommit: mergedAt === undefined ? undefined : textOf(item, 'merge_commit_sha'),
      head: refOf(objectOf(item, 'head')),
      base: refOf(objectOf(item, 'base')),
      reviewers: [...pluck(item, 'requested_reviewers', 'login'), ...pluck(item, 'requested_teams', 'slug')],
    },
  })
}

/** What somebody wrote, who, where and when: alike in issues, pull requests, comments and reviews. */
const postOf = (item: Item): Pick<EventParts, 'content' | 'actor' | 'url' | 'at'> => ({
  content: textOf(item, 'body'),
  actor: loginOf(item),
  url: textOf(item, 'html_url'),
  at: textOf(item, 'created_at'),
})

const refOf = (side: Item | undefined): Item | undefined =>
  side === undefined ? undefined : { ref: textOf(side, 'ref'), sha: textOf(side, 'sha'), repository: textOf(objectOf(side, 'repo'), 'full_name') }

const stateOf = (item: Item): Item => ({
  state: item['state'],
  labels: pluck(item, 'labels', 'name'),
  assignees: pluck(item, 'assignees', 'login'),
  milestone: textOf(objectOf(item, 'milestone'), 'title'),
  locked: item['locked'],
  authorAssociation: item['author_association'],
  updatedAt: item['updated_at'],
  closedAt: item['closed_at'],
})

export const toIssueCommentRecord = (item: Item, repository: Repository): SourceRecord => {
  const id = numberOf(item, 'id')
  const thread = numberAtEnd(textOf(item, 'issue_url'))
  return toEvent(repository, {
    stream: 'comments',
    key: ['issue', id],
    eventType: 'issue_comment',
    ...postOf(item),
    thread,
    context: { id, number: thread, authorAssociation: item['author_association'], updatedAt: item['updated_at'] },
  })
}

export const toReviewCommentRecord = (item: Item, repository: Repository): SourceRecord => {
  const id = numberOf(item, 'id')
  const thread = numberAtEnd(textOf(item, 'pull_request_url'))
  return toEvent(repository, {
    stream: 'comments',
    key: ['review', id],
    eventType: 'review_comment',
    ...postOf(item),
    thread,
    context: {
      id,
      number: thread,
      path: item['path'],
      line: item['line'],
      commit: item['commit_id'],
      diff: item['diff_hunk'],
      inReplyTo: item['in_reply_to_id'],
      review: item['pull_request_review_id'],
      authorAssociation: item['author_association'],
      updatedAt: item['updated_at'],
    },
  })
}

export const toReviewRecord = (item: Item, repository: Repository, number: number): SourceRecord => {
  const id = numberOf(item, 'id')
  return toEvent(repository, {
    stream: 'reviews',
    key: [id],
    eventType: 'review',
    title: `${textOf(item, 'state') ?? 'REVIEWED'} #${number}`,
    ...postOf(item),
    thread: number,
    at: textOf(item, 'submitted_at'),
    context: { id, number, state: textOf(item, 'state')?.toLowerCase(), commit: item['commit_id'], authorAssociation: item['author_association'] },
  })
}
