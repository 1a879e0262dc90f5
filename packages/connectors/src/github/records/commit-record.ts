import { Failure, type SourceRecord } from '@inlet/connector-sdk'
import { type Item, objectOf, pluck, textOf } from '../api/items.js'
import type { Repository } from '../repositories/catalog.js'
import { loginOf, toEvent } from './event.js'

export const toCommitRecord = (item: Item, repository: Repository, branch: string | undefined): SourceRecord => {
  const sha = textOf(item, 'sha')
  if (sha === undefined) throw new Failure('UPSTREAM_INVALID', `a commit of ${repository.name} has no id`)
  const commit = objectOf(item, 'commit')
  const [author, committer] = [objectOf(commit, 'author'), objectOf(commit, 'committer')]
  const message = textOf(commit, 'message') ?? ''
  return toEvent(repository, {
    stream: 'commits',
    key: [sha],
    eventType: 'commit',
    title: message.split('\n', 1)[0],
    content: message,
    actor: loginOf(item, 'author') ?? personOf(author),
    url: textOf(item, 'html_url'),
    at: textOf(committer, 'date'),
    context: {
      sha,
      branch,
      parents: pluck(item, 'parents', 'sha'),
      author:
        author === undefined
          ? undefined
          : { login: loginOf(item, 'author'), name: textOf(author, 'name'), email: textOf(author, 'email'), at: textOf(author, 'date') },
      committer:
        committer === undefined
          ? undefined
          : { login: loginOf(item, 'committer'), name: textOf(committer, 'name'), email: textOf(committer, 'email'), at: textOf(committer, 'date') },
      verified: objectOf(commit, 'verification')?.['verified'],
    },
  })
}

const personOf = (person: Item | undefined): string | undefined => {
  const [name, email] = [textOf(person, 'name'), textOf(person, 'email')]
  return name === undefined ? email : email === undefined ? name : `${name} <${email}>`
}
