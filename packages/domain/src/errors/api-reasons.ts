import type { FailureCode, WhoActs } from './failure-codes.js'

export interface ReasonRule {
  readonly code: FailureCode
  /** Who must act, if the class does not determine it. */
  readonly who?: WhoActs
  /** Overrides the HTTP status of the class in API responses. */
  readonly status?: number
  readonly next: string
}

/** Reasons that only the API responds with. */
export const API_REASONS = {
  MALFORMED_JSON: { code: 'config_invalid', status: 400, next: 'Send valid JSON.' },
  JSON_TOO_DEEP: { code: 'config_invalid', status: 400, next: 'Send JSON with at most 32 levels.' },
  JSON_TOO_MANY_KEYS: { code: 'config_invalid', status: 400, next: 'Send JSON with at most 10,000 keys.' },
  FORBIDDEN_KEY: { code: 'config_invalid', status: 400, next: 'Remove the keys __proto__, constructor and prototype.' },
  DUPLICATE_KEY: { code: 'config_invalid', status: 400, next: 'Use each key of an object only once.' },
  UNSUPPORTED_MEDIA_TYPE: { code: 'config_invalid', status: 415, next: 'Send application/json in UTF-8 without another encoding.' },
  PAYLOAD_TOO_LARGE: { code: 'config_invalid', status: 413, next: 'Send a smaller body.' },
  VALIDATION_FAILED: { code: 'config_invalid', status: 422, next: 'Correct the fields listed under errors.' },
  INVALID_CURSOR: { code: 'config_invalid', status: 400, next: 'Start again without a cursor, or use nextCursor exactly as it was returned.' },
  TOKEN_EXPIRED: {
    code: 'config_invalid',
    status: 410,
    next: 'Start again without a token: the feed then returns everything stored, including deleted records.',
  },
  NOT_FOUND: { code: 'config_invalid', status: 404, next: 'Check the id; it may have been deleted.' },
  METHOD_NOT_ALLOWED: { code: 'config_invalid', status: 405, next: 'See /docs for the methods of this address.' },
  NAME_TAKEN: { code: 'config_invalid', status: 409, next: 'Choose another name; names are compared case-insensitively.' },
  ID_TAKEN: { code: 'config_invalid', status: 409, next: 'Choose another slug.' },
  SOURCES_IN_FILES: { code: 'config_invalid', status: 409, next: 'Change the files named in the message; changes take effect within seconds.' },
  UNKNOWN_CONNECTOR: { code: 'config_invalid', who: 'operator', status: 422, next: '`inlet connectors` (GET /v1/connectors) lists the known types.' },
  IMPORT_UNREADABLE: {
    code: 'config_invalid',
    status: 422,
    next: 'Send an OpenAPI 3.0, 3.1 or Swagger 2.0 document in JSON or YAML, at most 15 MiB, that describes lists.',
  },
  INVALID_CRON: { code: 'config_invalid', status: 422, next: 'Write five fields: minute hour day-of-month month day-of-week.' },
  CRON_NEVER_FIRES: { code: 'config_invalid', status: 422, next: 'Write an expression that matches an existing date.' },
  INVALID_TIMEZONE: { code: 'config_invalid', status: 422, next: 'Use an IANA name such as Europe/Berlin.' },
  PRECONDITION_REQUIRED: { code: 'config_invalid', status: 428, next: 'Send If-Match with the ETag of what you read.' },
  PRECONDITION_FAILED: { code: 'config_invalid', status: 412, next: 'Someone else changed it; read it again and repeat your change.' },
  VERSION_UNCHANGED: { code: 'config_invalid', who: 'nobody', status: 409, next: 'Nothing to do: the live version is already the same.' },
  PUBLISH_BLOCKED: {
    code: 'config_invalid',
    status: 409,
    next: 'Check `review`: correct the draft, or publish with {"force": true} if you want the changes.',
  },
  EXAMPLES_BROKEN: {
    code: 'config_invalid',
    status: 409,
    next: 'Correct the draft or the examples named in `review`; {"force": "examples"} publishes despite them and despite all other findings of the review.',
  },
  GENERATION_INCOMPLETE: {
    code: 'config_invalid',
    status: 409,
    next: 'Wait until `inlet generations get <id>` (GET /v1/search/generations/{id}) shows that it is ready, or force it: `inlet generations activate <id> --force` (POST /v1/search/generations/{id}/activate with {"force": true}).',
  },
  IDEMPOTENCY_KEY_REUSED: { code: 'config_invalid', status: 422, next: 'Use a new Idempotency-Key for a different request.' },
  IDEMPOTENCY_IN_PROGRESS: { code: 'transient', status: 409, next: 'Wait a moment and repeat the request with the same Idempotency-Key.' },
  RUN_IN_PROGRESS: {
    code: 'config_invalid',
    status: 409,
    next: 'Follow it with `inlet run {source} --follow` (GET /v1/runs/{id}), or stop it with `inlet runs cancel <run>` (POST /v1/runs/{id}/cancel).',
  },
  RUN_NOT_ACTIVE: { code: 'config_invalid', status: 409, next: 'The run has ended; there is nothing to cancel.' },
  NOT_BROWSABLE: {
    code: 'config_invalid',
    status: 409,
    next: 'Only connectors with paths can be browsed; `inlet connectors -o json` (GET /v1/connectors) shows which, as `browsable`.',
  },
  SOURCE_PAUSED: {
    code: 'config_invalid',
    status: 409,
    next: 'Resume it first: `inlet sources resume {source}` (POST /v1/sources/{id}/resume).',
  },
  SOURCE_STOPPED: {
    code: 'config_invalid',
    status: 409,
    next: 'Start it first: `inlet sources start {source}` (POST /v1/sources/{id}/start).',
  },
  SIGNATURE_INVALID: {
    code: 'auth_failed',
    status: 401,
    next: 'Sign the bytes of the body with the secret of the source, using a correct clock; the settings of the source name the scheme.',
  },
  HOOK_PAUSED: { code: 'config_invalid', status: 410, next: 'Resume the source; until then it accepts no events.' },
  EVENT_ID_REUSED: { code: 'config_invalid', status: 409, next: 'Give every event its own id; the same id must always have the same content.' },
  INBOX_FULL: {
    code: 'transient',
    status: 503,
    next: 'Send it again after Retry-After: earlier events of the source are still waiting to be stored.',
  },
  UNAUTHENTICATED: { code: 'auth_failed', status: 401, next: 'Send Authorization: Bearer <API key>, or a token of the issuer where one is set up.' },
  ISSUER_UNAVAILABLE: {
    code: 'transient',
    who: 'operator',
    status: 503,
    next: 'Try again in a moment, or use an API key. If the problem persists, check INLET_OIDC_ISSUER, and that the API can reach what it names.',
  },
  FORBIDDEN: {
    code: 'permission_denied',
    status: 403,
    next: 'Use a key or token that has the scope named in the message; anyone with an admin key can create one: `inlet keys create --name <name> --scopes <scope>` (POST /v1/keys).',
  },
  LIMIT_REACHED: {
    code: 'config_invalid',
    status: 409,
    next: 'Delete what you no longer need, or ask an operator to raise the limit named in the message.',
  },
  BODY_TOO_SLOW: { code: 'transient', status: 408, next: 'Send the body at once, over a faster connection.' },
  TOO_MANY_REQUESTS: { code: 'rate_limited', status: 429, next: 'Wait as long as Retry-After says.' },
  DATABASE_UNAVAILABLE: {
    code: 'transient',
    who: 'operator',
    status: 503,
    next: 'Try again in a moment. If the problem persists, `inlet doctor` (GET /ready) shows what is wrong: start Postgres, or check its log.',
  },
  QUEUE_UNAVAILABLE: {
    code: 'transient',
    who: 'operator',
    status: 503,
    next: 'Try again in a moment. If the problem persists, `inlet doctor` (GET /ready) shows what is wrong: start Redis or Postgres, wherever the queue is, or check its log.',
  },
  CHECK_TIMEOUT: {
    code: 'transient',
    who: 'operator',
    status: 504,
    next: 'No worker answered in time; `inlet workers` (GET /v1/workers) shows whether one is alive, and how busy it is.',
  },
} as const satisfies Record<string, ReasonRule>
