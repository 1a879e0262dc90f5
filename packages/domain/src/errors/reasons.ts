import type { FailureCode, WhoActs } from './failure-codes.js'

interface ReasonRule {
  readonly code: FailureCode
  /** Who must act, where the class does not say it. */
  readonly who?: WhoActs
  /** Overrides the HTTP status of the class where the API answers with it. */
  readonly status?: number
  readonly next: string
}

/** Every stable identifier a user can meet, with its class and the next step. docs/errors.md lists the same rows; a test compares both. */
export const REASONS = {
  // the other side
  UNREACHABLE: { code: 'transient', next: 'Check the address and that the system is up and reachable from the worker.' },
  DNS_FAILED: { code: 'transient', next: 'Check the host name.' },
  TLS_FAILED: { code: 'config_invalid', next: 'Check the certificate of the server, or the TLS settings of the source.' },
  TIMEOUT: { code: 'transient', next: 'The system answered too slowly; it is tried again with back-off.' },
  CONNECTOR_STALLED: {
    code: 'transient',
    who: 'operator',
    next: 'The source gave nothing for longer than INLET_WORKER_PAGE_TIMEOUT_MS; see what it is busy with, or raise that limit. It is tried again with back-off.',
  },
  UPSTREAM_ERROR: { code: 'transient', next: 'The system reported an error of its own; it is tried again with back-off.' },
  CONNECTION_LOST: { code: 'transient', next: 'The connection broke in the middle; it is tried again from the last cursor.' },
  RATE_LIMITED: { code: 'rate_limited', next: 'Nothing to do: the run is parked until the limit resets.' },
  CIRCUIT_OPEN: {
    code: 'rate_limited',
    next: 'Nothing to do: the host named in the message failed again and again; the run is parked until it is tried again.',
  },
  AUTH_FAILED: { code: 'auth_failed', next: 'Set new credentials with PATCH /v1/sources/{id}; ingestion continues from the last cursor.' },
  LOGIN_NOT_SAFE: {
    code: 'config_invalid',
    next: 'Let the connection be encrypted and checked (tls.mode verify-full, with tls.ca and tls.serverName for a certificate of your own), or let the server log in by a method that never shows the password, such as SCRAM.',
  },
  PERMISSION_DENIED: { code: 'permission_denied', next: 'Grant the permission named in the message.' },
  NOT_FOUND_UPSTREAM: { code: 'config_invalid', next: 'Check the path or name in the settings; the system answers that it does not exist.' },
  UPSTREAM_INVALID: { code: 'upstream_invalid', next: 'Look at what the system answers; it is not what the settings describe.' },
  CONTENT_MISMATCH: {
    code: 'upstream_invalid',
    next: 'The content is not of the expected type; check the address (a login page?) or the format setting.',
  },
  RESPONSE_TOO_LARGE: { code: 'upstream_invalid', next: 'Raise the size limit in the settings of the source or ask the system for smaller pages.' },
  TOO_MANY_REDIRECTS: {
    code: 'upstream_invalid',
    next: 'Use the final address as the URL of the source; a site that redirects in a circle may want a login.',
  },
  ROBOTS_DISALLOWED: {
    code: 'config_invalid',
    next: 'Choose another start address, ask the owner of the site, or set robots to ignore if the site is yours.',
  },
  PAGE_NOT_RENDERED: { code: 'upstream_invalid', next: 'The browser cannot show the page; try it with render "http", or exclude it.' },
  BROWSER_NOT_INSTALLED: {
    code: 'config_invalid',
    who: 'operator',
    next: 'Install Chromium on every worker (Debian: apt-get install chromium), or name one with INLET_CHROMIUM; or set render to "http".',
  },
  BROWSER_UNUSABLE: {
    code: 'config_invalid',
    who: 'operator',
    next: 'Start the browser of INLET_CHROMIUM by hand as the user of the worker to see what it lacks; in a container it may need INLET_CHROMIUM_SANDBOX=off.',
  },
  PAGINATION_LOOP: { code: 'upstream_invalid', next: 'The system keeps pointing to the same page; check the pagination settings.' },
  READING_INCOMPLETE: {
    code: 'upstream_invalid',
    next: 'Nothing was deleted, since it is not certain that everything was seen; check what the message names, or the pagination settings.',
  },
  RECORDS_PATH_NOT_FOUND: { code: 'upstream_invalid', next: 'Check the records path in the settings against a real answer.' },
  SCHEMA_CHANGED: { code: 'upstream_invalid', next: 'A column or table that the settings name is gone; change the settings.' },
  SQL_TIMEOUT: { code: 'transient', next: 'The statement ran into the time limit; add an index or raise the limit in the settings.' },
  CURSOR_IN_FUTURE: {
    code: 'config_invalid',
    next: 'The cursor lies ahead of the clock of the source; correct the data, then POST /v1/sources/{id}/reset-cursor.',
  },
  CURSOR_INVALID: {
    code: 'config_invalid',
    next: 'The saved position does not fit the settings; POST /v1/sources/{id}/reset-cursor reads from the beginning.',
  },
  RANGE_NOT_POSSIBLE: {
    code: 'config_invalid',
    next: 'Backfill the stream without from and to: it reports deletes as events, and a part of them would leave a wrong state.',
  },
  CURSOR_TOO_LARGE: { code: 'internal', next: 'A cursor may have 8 KiB; report this with the name of the connector.' },
  // addresses
  EGRESS_BLOCKED: {
    code: 'config_invalid',
    who: 'operator',
    next: 'The address is private or not allowed; an operator may allow it with INLET_EGRESS_ALLOW.',
  },
  URL_BLOCKED_ADDRESS: { code: 'config_invalid', next: 'Use a public address; an operator may allow private ones with INLET_EGRESS_ALLOW.' },
  URL_CREDENTIALS_NOT_ALLOWED: { code: 'config_invalid', next: 'Put user and password into the secrets of the source, not into the URL.' },
  URL_SCHEME_NOT_ALLOWED: { code: 'config_invalid', next: 'Use http or https.' },
  URL_PORT_NOT_ALLOWED: { code: 'config_invalid', next: 'Use port 80 or 443; an operator may allow others with INLET_EGRESS_ALLOW.' },
  URL_TOO_LONG: { code: 'config_invalid', next: 'Use a URL of at most 8,192 characters.' },
  INVALID_URL: { code: 'config_invalid', next: 'Write an absolute URL, e.g. https://example.com/path.' },
  // SQL
  SQL_NOT_A_SELECT: { code: 'config_invalid', next: 'Write one SELECT statement that only reads.' },
  SQL_MULTIPLE_STATEMENTS: { code: 'config_invalid', next: 'Write exactly one statement, without a semicolon inside.' },
  SQL_FUNCTION_NOT_ALLOWED: { code: 'config_invalid', next: 'Leave out the function named in the message.' },
  SQL_SYNTAX: { code: 'config_invalid', next: 'Correct the statement at the position named.' },
  SQL_COLUMN_UNUSABLE: { code: 'config_invalid', next: 'Give every column its own name, and use a timestamp, date or whole number as the cursor.' },
  ROLE_TOO_POWERFUL: { code: 'config_invalid', next: 'Use a role that may only read, or set allowPowerfulRole knowingly.' },
  // git
  GIT_URL_NOT_ALLOWED: { code: 'config_invalid', next: 'Use an https URL or a path below an allowed root.' },
  GIT_NOT_INSTALLED: { code: 'config_invalid', who: 'operator', next: 'Install git 2.37 or newer on every worker.' },
  INVALID_REF: { code: 'config_invalid', next: 'Use an existing branch or tag name.' },
  // Singer taps
  TAP_NOT_ALLOWED: {
    code: 'config_invalid',
    who: 'operator',
    next: 'Name a tap of INLET_SINGER_TAPS; an operator may add it there on every worker.',
  },
  TAP_FAILED: { code: 'upstream_invalid', next: 'See what the tap said last, and its lines in the log of the worker; correct its settings.' },
  // files
  PATH_NOT_ALLOWED: {
    code: 'config_invalid',
    who: 'operator',
    next: 'Use a path below one of the folders in INLET_FILE_ROOTS, or let an operator add this one there, on every worker.',
  },
  PATH_ESCAPE: { code: 'config_invalid', who: 'operator', next: 'The path leaves its root through a link; remove the link.' },
  FILE_NOT_READABLE: {
    code: 'permission_denied',
    who: 'operator',
    next: 'Let the user of the worker read the file or folder named in the message: its permissions, its owner, or the mount of the container.',
  },
  NOT_A_REGULAR_FILE: { code: 'config_invalid', next: 'Only regular files are read.' },
  EMPTY_FILE: { code: 'record_invalid', next: 'The file has no content; upload it again.' },
  FILE_TOO_LARGE: { code: 'record_invalid', next: 'Split the file or raise maxFileBytes in the settings of the source.' },
  ARCHIVE_NESTED: { code: 'record_invalid', next: 'An archive inside of an archive is not read; unpack it first.' },
  ARCHIVE_UNSAFE_ENTRY: { code: 'record_invalid', next: 'The archive holds a path that leads out of it; make it again.' },
  ARCHIVE_BOMB: { code: 'upstream_invalid', next: 'The compressed file expands beyond the limit; split it or raise the limit.' },
  FILE_UNREADABLE: { code: 'record_invalid', next: 'The file cannot be parsed; see the position in the message.' },
  XML_DTD_NOT_ALLOWED: { code: 'upstream_invalid', next: 'Leave the DOCTYPE out; in feeds and sitemaps one that ends is stepped over.' },
  // records
  OFFSETS_GONE: {
    code: 'record_invalid',
    next: 'They cannot be had any more; keep messages for longer at the source, or let it be read more often.',
  },
  RECORD_INVALID: { code: 'record_invalid', next: 'See the message; correct the record at its source.' },
  RECORD_TOO_LARGE: { code: 'record_invalid', next: 'The record is over the size limit; leave out its large fields.' },
  RECORD_KEY_MISSING: { code: 'record_invalid', next: 'Name key fields that every record has.' },
  TEXT_NOT_STORABLE: { code: 'record_invalid', next: 'The record holds a NUL character or half a surrogate pair; correct it at the source.' },
  NUMBER_NOT_STORABLE: { code: 'record_invalid', next: 'The record holds a number outside the range that can be stored.' },
  QUARANTINE_NOT_OPEN: { code: 'config_invalid', who: 'nobody', status: 409, next: 'Nothing to do: see `state` in GET /v1/quarantine/{id}.' },
  NOT_RETRYABLE: { code: 'config_invalid', status: 409, next: 'Send the whole record: POST /v1/quarantine/{id}/retry with {"record": …}.' },
  BATCH_MISMATCH: { code: 'internal', next: 'Two different batches claim the same place in a run; report this with the run id.' },
  QUARANTINE_BUDGET: { code: 'upstream_invalid', next: 'Too many records cannot be stored; look at the quarantine of the run.' },
  QUARANTINE_SHARE: {
    code: 'upstream_invalid',
    next: 'See GET /v1/sources/{id}/quarantine: correct the mapping, or the records at the source; then retry them with POST /v1/quarantine/retry, or drop them.',
  },
  MASS_DELETE_REFUSED: { code: 'upstream_invalid', next: 'The source suddenly lacks most of its records; check it, then run with allowMassDelete.' },
  // what reading guessed, left out or read in part (runs/caveats.ts)
  DOCUMENT_WITHOUT_TEXT: {
    code: 'upstream_invalid',
    next: 'Look at the documents named: scans hold pictures of text, and a page may need render "browser".',
  },
  TEXT_UNREADABLE: {
    code: 'upstream_invalid',
    next: 'The fonts do not say which characters they show; export the documents again with text that can be searched.',
  },
  BOILERPLATE_KEPT: { code: 'upstream_invalid', who: 'nobody', next: 'Nothing to do: rather some navigation in the text than no text.' },
  CANONICAL_IGNORED: { code: 'upstream_invalid', next: 'Correct rel=canonical on the site, or set canonical to "ignore".' },
  CANONICAL_ELSEWHERE: { code: 'upstream_invalid', next: 'If these pages are no duplicates, set canonical to "ignore".' },
  LINKS_NOT_FOLLOWED: {
    code: 'upstream_invalid',
    next: 'If pages are missing, set robotsMeta to "ignore" or name the addresses in startUrls or sitemap.',
  },
  READ_IN_PART: { code: 'upstream_invalid', next: 'Repair the document at the source; what could be read of it is stored.' },
  ENCODING_GUESSED: { code: 'upstream_invalid', next: 'Set the encoding in the settings if the text is garbled.' },
  ENCODING_DOUBTFUL: { code: 'upstream_invalid', next: 'Look at the text, and set the encoding in the settings.' },
  BYTES_UNDECODABLE: { code: 'upstream_invalid', next: 'U+FFFD stands in their place; if there are many, set the encoding in the settings.' },
  LAYOUT_GUESSED: { code: 'upstream_invalid', next: 'If a guess is wrong, set headerLine, skipLines, comment, escape, trim or delimiter.' },
  // tests of a source
  SOURCE_EMPTY: { code: 'upstream_invalid', next: 'Nothing came; check the settings that choose what is read, unless the source is empty.' },
  SOURCE_SLOW: { code: 'transient', next: 'Read less at a time: smaller pages, narrower paths, an index on the cursor field.' },
  // mapping
  MAPPING_SYNTAX: { code: 'config_invalid', next: 'Correct the expression at the line and column named.' },
  MAPPING_UNSOUND: {
    code: 'config_invalid',
    next: 'Write the mapping so that Inlet can still determine which records are gone; see docs/guides/mapping.md.',
  },
  MAPPING_FAILED: { code: 'record_invalid', next: 'The expression fails for this record; try it with POST /v1/sources/{id}/test.' },
  MAPPING_RESULT: { code: 'record_invalid', next: 'The expression must give null, an object of record members, or an array of such objects.' },
  MAPPING_TIMEOUT: {
    code: 'record_invalid',
    next: 'The expression takes longer than 2 s for this record; simplify it, mostly its regular expressions and recursion.',
  },
  MAPPING_MEMORY: { code: 'record_invalid', next: 'The expression needs too much memory for this record; build smaller values.' },
  // runs and sources
  SOURCE_STALE: { code: 'upstream_invalid', next: 'See GET /v1/sources/{id}/why: it names what keeps the source from being read in time.' },
  CANCELLED: { code: 'cancelled', next: 'Start a new run when wanted; it continues from the last cursor.' },
  LEASE_LOST: { code: 'cancelled', next: 'Nothing to do: another worker has taken over.' },
  WORKER_LOST: { code: 'transient', next: 'The worker died; the run continues from the last cursor on another one.' },
  POISON_SOURCE: {
    code: 'config_invalid',
    next: 'Runs of this source ended their worker three times; look at its data, then POST /v1/sources/{id}/resume. It is also tried again by itself from time to time, alone in a worker.',
  },
  CREDENTIAL_IN_USE: {
    code: 'config_invalid',
    status: 409,
    next: 'GET /v1/credentials/{id} lists the sources that use it; give them other secrets first.',
  },
  CREDENTIAL_CHANGED: { code: 'transient', next: 'Nothing to do: the next try uses the new credentials.' },
  SECRET_TARGET_REFUSED: {
    code: 'permission_denied',
    next: 'Send the secrets again together with the new address, or use a key with the scope admin; a shared credential lists its targets.',
  },
  SECRET_UNREADABLE: {
    code: 'config_invalid',
    who: 'operator',
    next: 'The encryption key that sealed the secrets is not configured; add it or set the secrets again.',
  },
  INTERNAL: { code: 'internal', next: 'Look at the log of the process for the error id; report it.' },
  // API
  MALFORMED_JSON: { code: 'config_invalid', status: 400, next: 'Send valid JSON.' },
  JSON_TOO_DEEP: { code: 'config_invalid', status: 400, next: 'Send JSON with at most 32 levels.' },
  JSON_TOO_MANY_KEYS: { code: 'config_invalid', status: 400, next: 'Send JSON with at most 10,000 keys.' },
  FORBIDDEN_KEY: { code: 'config_invalid', status: 400, next: 'Leave out the keys __proto__, constructor and prototype.' },
  DUPLICATE_KEY: { code: 'config_invalid', status: 400, next: 'Name every key of an object once.' },
  UNSUPPORTED_MEDIA_TYPE: { code: 'config_invalid', status: 415, next: 'Send application/json in UTF-8 without another encoding.' },
  PAYLOAD_TOO_LARGE: { code: 'config_invalid', status: 413, next: 'Send a smaller body.' },
  VALIDATION_FAILED: { code: 'config_invalid', status: 422, next: 'Correct the fields listed under errors.' },
  INVALID_CURSOR: { code: 'config_invalid', status: 400, next: 'Start again without a cursor, or use nextCursor exactly as it was given.' },
  TOKEN_EXPIRED: {
    code: 'config_invalid',
    status: 410,
    next: 'Begin again without a token: the feed shows everything that is stored, deleted records included.',
  },
  NOT_FOUND: { code: 'config_invalid', status: 404, next: 'Check the id; a deleted thing is gone.' },
  METHOD_NOT_ALLOWED: { code: 'config_invalid', status: 405, next: 'See /docs for the methods of this address.' },
  NAME_TAKEN: { code: 'config_invalid', status: 409, next: 'Choose another name; names are compared without case.' },
  ID_TAKEN: { code: 'config_invalid', status: 409, next: 'Choose another slug.' },
  SOURCES_IN_FILES: { code: 'config_invalid', status: 409, next: 'Change the files named in the message; they are taken over within seconds.' },
  UNKNOWN_CONNECTOR: { code: 'config_invalid', who: 'operator', status: 422, next: 'See GET /v1/connectors for the known types.' },
  IMPORT_UNREADABLE: {
    code: 'config_invalid',
    status: 422,
    next: 'Send an OpenAPI 3.0, 3.1 or Swagger 2.0 document in JSON or YAML, at most 15 MiB, that describes lists.',
  },
  INVALID_CRON: { code: 'config_invalid', status: 422, next: 'Write five fields: minute hour day-of-month month day-of-week.' },
  CRON_NEVER_FIRES: { code: 'config_invalid', status: 422, next: 'Write an expression that matches an existing date.' },
  INVALID_TIMEZONE: { code: 'config_invalid', status: 422, next: 'Use an IANA name such as Europe/Berlin.' },
  PRECONDITION_REQUIRED: { code: 'config_invalid', status: 428, next: 'Send If-Match with the ETag of what you read.' },
  PRECONDITION_FAILED: { code: 'config_invalid', status: 412, next: 'Somebody changed it; read it again and repeat your change.' },
  VERSION_UNCHANGED: { code: 'config_invalid', who: 'nobody', status: 409, next: 'Nothing to do: the live version says the same already.' },
  PUBLISH_BLOCKED: {
    code: 'config_invalid',
    status: 409,
    next: 'Look at `review`: correct the draft, or publish with {"force": true} if the changes are wanted.',
  },
  EXAMPLES_BROKEN: {
    code: 'config_invalid',
    status: 409,
    next: 'Correct the draft or the examples named in `review`; {"force": "examples"} publishes in spite of them and of all else the review found.',
  },
  GENERATION_INCOMPLETE: {
    code: 'config_invalid',
    status: 409,
    next: 'Wait until GET /v1/search/generations/{id} is ready, or activate it with {"force": true}.',
  },
  IDEMPOTENCY_KEY_REUSED: { code: 'config_invalid', status: 422, next: 'Use a new Idempotency-Key for another request.' },
  IDEMPOTENCY_IN_PROGRESS: { code: 'transient', status: 409, next: 'Wait a moment and repeat the request with the same Idempotency-Key.' },
  RUN_IN_PROGRESS: { code: 'config_invalid', status: 409, next: 'Wait for the run named in the message, or cancel it.' },
  RUN_NOT_ACTIVE: { code: 'config_invalid', status: 409, next: 'The run has ended; nothing is left to cancel.' },
  NOT_BROWSABLE: { code: 'config_invalid', status: 409, next: 'Only connectors with paths can be browsed; see `browsable` in GET /v1/connectors.' },
  SOURCE_PAUSED: { code: 'config_invalid', status: 409, next: 'Resume the source first: POST /v1/sources/{id}/resume.' },
  SOURCE_STOPPED: { code: 'config_invalid', status: 409, next: 'Start the source first: POST /v1/sources/{id}/start.' },
  SIGNATURE_INVALID: {
    code: 'auth_failed',
    status: 401,
    next: 'Sign the bytes of the body with the secret of the source, with a clock that is right; the settings of the source name the scheme.',
  },
  HOOK_PAUSED: { code: 'config_invalid', status: 410, next: 'Resume the source; until then it takes no events.' },
  EVENT_ID_REUSED: { code: 'config_invalid', status: 409, next: 'Give every event an id of its own; the same id stands for the same content.' },
  INBOX_FULL: { code: 'transient', status: 503, next: 'Send it again after Retry-After: the source has not stored yet what it was sent before.' },
  UNAUTHENTICATED: { code: 'auth_failed', status: 401, next: 'Send Authorization: Bearer <API key>.' },
  FORBIDDEN: { code: 'permission_denied', status: 403, next: 'Use a key that has the scope named in the message.' },
  LIMIT_REACHED: {
    code: 'config_invalid',
    status: 409,
    next: 'Delete what is not needed any more, or ask an operator to raise the limit named in the message.',
  },
  BODY_TOO_SLOW: { code: 'transient', status: 408, next: 'Send the body at once, over a faster connection.' },
  TOO_MANY_REQUESTS: { code: 'rate_limited', status: 429, next: 'Wait as long as Retry-After says.' },
  DATABASE_UNAVAILABLE: { code: 'transient', who: 'operator', status: 503, next: 'The database does not answer; try again after Retry-After.' },
  QUEUE_UNAVAILABLE: { code: 'transient', who: 'operator', status: 503, next: 'The queue does not answer; try again after Retry-After.' },
  CHECK_TIMEOUT: { code: 'transient', who: 'operator', status: 504, next: 'No worker answered in time; check that one is running.' },
} as const satisfies Record<string, ReasonRule>

export type Reason = keyof typeof REASONS

/** The HTTP status the API answers a reason with. */
export const isReason = (value: string): value is Reason => Object.hasOwn(REASONS, value)
