import { Failure, type Reason } from '@inlet/connector-sdk'

const REASONS: Readonly<Record<string, Reason>> = {
  not_authed: 'AUTH_FAILED',
  invalid_auth: 'AUTH_FAILED',
  token_revoked: 'AUTH_FAILED',
  token_expired: 'AUTH_FAILED',
  account_inactive: 'AUTH_FAILED',
  missing_scope: 'PERMISSION_DENIED',
  no_permission: 'PERMISSION_DENIED',
  not_in_channel: 'PERMISSION_DENIED',
  access_denied: 'PERMISSION_DENIED',
  not_allowed_token_type: 'PERMISSION_DENIED',
  org_login_required: 'PERMISSION_DENIED',
  team_access_not_granted: 'PERMISSION_DENIED',
  ekm_access_denied: 'PERMISSION_DENIED',
  enterprise_is_restricted: 'PERMISSION_DENIED',
  two_factor_setup_required: 'PERMISSION_DENIED',
  channel_not_found: 'NOT_FOUND_UPSTREAM',
  thread_not_found: 'NOT_FOUND_UPSTREAM',
  user_not_found: 'NOT_FOUND_UPSTREAM',
  ratelimited: 'RATE_LIMITED',
  rate_limited: 'RATE_LIMITED',
  internal_error: 'UPSTREAM_ERROR',
  fatal_error: 'UPSTREAM_ERROR',
  service_unavailable: 'UPSTREAM_ERROR',
  request_timeout: 'UPSTREAM_ERROR',
  team_added_to_org: 'UPSTREAM_ERROR',
}

/** The wait assumed when Slack does not name one. */
export const DEFAULT_WAIT_MS = 60_000

/** Returns the failure for a refusal by Slack, from the error code in its response; https://docs.slack.dev/apis/web-api/ */
export const toSlackFailure = (method: string, answer: { readonly error?: unknown; readonly needed?: unknown }): Failure => {
  const error = typeof answer.error === 'string' ? answer.error.slice(0, 100) : 'unknown_error'
  const reason = REASONS[error] ?? 'UPSTREAM_INVALID'
  const message = `${method}: Slack answers ${error}`
  if (reason === 'RATE_LIMITED') return new Failure(reason, message, { retryAfterMs: DEFAULT_WAIT_MS })
  if (error === 'missing_scope') {
    const needed = typeof answer.needed === 'string' && answer.needed !== '' ? answer.needed.slice(0, 200) : 'the one of this method'
    return new Failure(reason, `${message}: the scope ${needed}`, {
      next: `Add the scope ${needed} to the app, install it again, and resume the source.`,
    })
  }
  if (error === 'not_in_channel') return new Failure(reason, message, { next: 'Invite the app into the channel: /invite @app.' })
  return new Failure(reason, message)
}
