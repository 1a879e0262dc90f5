import { Failure } from '@inlet/connector-sdk'
import { completePage } from './complete-page.js'
import { type CrawlState, count } from './crawl-state.js'
import { completeRedirect, keep, recordStartFailure, resolve } from './effects.js'
import type { Visit } from './frontier.js'
import type { Outcome, SkipReason } from './outcome.js'

/** More do not fit into a cursor. */
const MAX_DEAD = 300
/** This many consecutive failures mean that the site is down. */
const MAX_CONSECUTIVE_FAILURES = 20

/** Acts on the outcome of a visit. Throws a failure that ends the crawl. */
export const completeVisit = (state: CrawlState, visit: Visit, outcome: Outcome): void => {
  if (outcome.kind === 'failed') return completeFailure(state, visit, outcome.failure)
  state.consecutiveFailures = 0
  switch (outcome.kind) {
    case 'page':
      return completePage(state, visit, outcome)
    case 'not_modified':
      return keep(state, visit, 'unchanged')
    case 'redirect':
      return completeRedirect(state, visit, outcome)
    case 'gone':
      count(state, 'gone')
      if (visit.start) recordStartFailure(state, new Failure('NOT_FOUND_UPSTREAM', `the start address ${visit.url} answers ${outcome.status}`))
      else if (visit.stored === undefined && state.dead.length < MAX_DEAD) state.dead.push([visit.url, visit.depth])
      return resolve(state, visit.url, 'other', null)
    case 'refused':
      if (visit.start) throw refusedStart(visit.url, outcome.status, outcome.said)
      return keep(state, visit, `refused_${outcome.status}`)
    case 'skipped':
      if (visit.start) recordStartFailure(state, skippedStart(visit.url, outcome.why))
      if (outcome.why !== 'content_type') return keep(state, visit, outcome.why)
      count(state, outcome.why)
      return resolve(state, visit.url, 'other', null)
  }
}

/** The failure for a start address that returns a status without a page. */
export const refusedStart = (url: string, status: number, said: string): Failure => {
  const message = answersOf(url, status, said)
  if (status === 401 || status === 407) return new Failure('AUTH_FAILED', message)
  if (status === 403) {
    return new Failure('PERMISSION_DENIED', message, {
      next: 'Let the credentials of the source, or its user agent, read this address.',
    })
  }
  return new Failure('UPSTREAM_INVALID', message)
}

/** Describes what a start address answers, and what it says about it. */
export const answersOf = (url: string, status: number, said: string): string =>
  `the start address ${url} answers ${status}${said === '' ? '' : `: ${said}`}`

const skippedStart = (url: string, why: SkipReason): Failure => {
  if (why === 'too_large')
    return new Failure('RESPONSE_TOO_LARGE', `the start address ${url} is larger than maxPageBytes, or loads more than browser.maxBytes`)
  if (why === 'unreadable') return new Failure('CONTENT_MISMATCH', `the start address ${url} is a PDF that is damaged or needs a password`)
  return new Failure('CONTENT_MISMATCH', `the start address ${url} is not HTML, Markdown, text or PDF`)
}

const completeFailure = (state: CrawlState, visit: Visit, failure: Failure): void => {
  state.unseen.add('pages could not be read')
  state.consecutiveFailures++
  state.tools.log.warn({ url: visit.url, reason: failure.reason }, `a page could not be read: ${failure.message}`)
  if (visit.start) recordStartFailure(state, failure)
  else if (visit.stored === undefined && !state.unread.add(visit.url, visit.depth)) state.remembered = false
  keep(state, visit, 'failed')
  if (state.consecutiveFailures >= MAX_CONSECUTIVE_FAILURES) throw failure
}
