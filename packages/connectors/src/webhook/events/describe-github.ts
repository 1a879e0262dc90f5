import { readPath } from '@inlet/connector-sdk'
import { type EventFacts, type EventInput, textAt } from './field-reader.js'

/** What an event may be about, the most specific first: https://docs.github.com/webhooks/webhook-events-and-payloads */
const SUBJECTS = [
  'comment',
  'review',
  'pull_request',
  'issue',
  'discussion',
  'release',
  'workflow_run',
  'check_run',
  'deployment',
  'head_commit',
] as const
const THREADS = ['pull_request', 'issue', 'discussion'] as const

export const describeGithub = ({ headers, body }: EventInput): EventFacts => {
  const value = body.kind === 'fields' ? body.value : null
  const at = (path: string): string | undefined => textAt(value, path)
  const event = headers['x-github-event']
  const action = at('action')
  const repository = at('repository.full_name')
  const subject = SUBJECTS.find((name) => isObject(readPath(value, name)))
  const thread = THREADS.find((name) => at(`${name}.number`) !== undefined)
  const of = (member: string): string | undefined => (subject === undefined ? undefined : at(`${subject}.${member}`))
  const threadTitle = thread === undefined ? undefined : at(`${thread}.title`)
  return {
    id: headers['x-github-delivery'],
    type: event === undefined || action === undefined ? event : `${event}.${action}`,
    title: threadTitle ?? of('name') ?? of('message')?.split('\n', 1)[0],
    text: of('body') ?? of('message') ?? threadTitle,
    url: of('html_url') ?? of('url') ?? at('compare') ?? at('repository.html_url'),
    occurredAt: of('updated_at') ?? of('submitted_at') ?? of('timestamp') ?? of('created_at'),
    actor: at('sender.login'),
    projectId: repository ?? at('organization.login'),
    sessionId: thread === undefined || repository === undefined ? at('ref') : `${repository}#${at(`${thread}.number`) ?? ''}`,
    context: { event, action, delivery: headers['x-github-delivery'], ref: at('ref'), after: at('after') },
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
