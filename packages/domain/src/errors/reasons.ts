import { API_REASONS, type ReasonRule } from './api-reasons.js'

/** Every stable identifier a user can meet, with its class and the next step. docs/errors.md lists the same rows; a test compares both. */
export const REASONS = {
  // the other side
  UNREACHABLE: {
    code: 'transient',
    next: 'Check the address, and that the system is up and reachable from the workers; Inlet retries with back-off.',
  },
  DNS_FAILED: { code: 'transient', next: 'Check the host name, and that the workers can resolve it; Inlet retries with back-off.' },
  TLS_FAILED: {
    code: 'config_invalid',
    next: 'Renew or correct the certificate of the server, or correct the TLS settings of the source if it has any.',
  },
  TIMEOUT: { code: 'transient', next: 'The system answered too slowly; Inlet retries with back-off.' },
  CONNECTOR_STALLED: {
    code: 'transient',
    who: 'operator',
    next: 'The source returned nothing for longer than INLET_WORKER_PAGE_TIMEOUT_MS; find out what it is busy with, or raise that limit. Inlet retries with back-off.',
  },
  UPSTREAM_ERROR: { code: 'transient', next: 'The system reported an internal error; Inlet retries with back-off.' },
  CONNECTION_LOST: { code: 'transient', next: 'The connection was lost; the run is retried from the last cursor.' },
  RATE_LIMITED: {
    code: 'rate_limited',
    next: 'Nothing to do: the run is parked until the limit resets. After other secrets were set, `inlet sources restart {source}` (POST /v1/sources/{id}/restart) reads at once.',
  },
  CIRCUIT_OPEN: {
    code: 'rate_limited',
    who: 'owner',
    next: 'Check that the host named in the message is up and reachable from the workers; the next attempt comes by itself. Once the host is back, `inlet check {source}` (POST /v1/sources/{id}/check) followed by `inlet sources restart {source}` (POST /v1/sources/{id}/restart) continues at once.',
  },
  AUTH_FAILED: {
    code: 'auth_failed',
    next: 'Put the new secrets into the environment, then `inlet sources update {source} --secret <name>=env:<VARIABLE>` (PATCH /v1/sources/{id}); the source then continues from the last cursor.',
  },
  LOGIN_NOT_SAFE: {
    code: 'config_invalid',
    next: 'Use an encrypted connection with certificate verification (tls.mode verify-full, with tls.ca and tls.serverName for your own certificate), or configure the server for a login method that never reveals the password, such as SCRAM.',
  },
  PERMISSION_DENIED: {
    code: 'permission_denied',
    next: 'Grant the credentials of the source read access to what the message names, or use other credentials.',
  },
  NOT_FOUND_UPSTREAM: { code: 'config_invalid', next: 'Check the path or name in the settings; the system answers that it does not exist.' },
  UPSTREAM_INVALID: { code: 'upstream_invalid', next: 'Check what the system returns; it does not match the settings.' },
  CONTENT_MISMATCH: {
    code: 'upstream_invalid',
    next: 'The content is not of the expected type; check the address (a login page?) or the format setting.',
  },
  RESPONSE_TOO_LARGE: { code: 'upstream_invalid', next: 'Raise the size limit in the settings of the source or ask the system for smaller pages.' },
  TOO_MANY_REDIRECTS: {
    code: 'upstream_invalid',
    next: 'Use the final address as the URL of the source; a site that redirects in a loop may require a login.',
  },
  ROBOTS_DISALLOWED: {
    code: 'config_invalid',
    next: 'Choose another start address, ask the owner of the site, or set robots to ignore if the site is yours.',
  },
  PAGE_NOT_RENDERED: { code: 'upstream_invalid', next: 'The browser cannot show the page; try it with render "http", or exclude it.' },
  BROWSER_NOT_INSTALLED: {
    code: 'config_invalid',
    who: 'operator',
    next: 'Install Chromium on every worker (Debian: apt-get install chromium-headless-shell), or set INLET_CHROMIUM to its path; or set render to "http".',
  },
  BROWSER_UNUSABLE: {
    code: 'config_invalid',
    who: 'operator',
    next: 'Start the browser of INLET_CHROMIUM by hand as the user of the worker to see what is missing; in a container it may need INLET_CHROMIUM_SANDBOX=off.',
  },
  PAGINATION_LOOP: { code: 'upstream_invalid', next: 'The system keeps pointing to the same page; check the pagination settings.' },
  READING_INCOMPLETE: {
    code: 'upstream_invalid',
    next: 'Nothing was deleted, because the read may be incomplete; check what the message names, or the pagination settings.',
  },
  RECORDS_PATH_NOT_FOUND: { code: 'upstream_invalid', next: 'Check the records path in the settings against a real response.' },
  SCHEMA_CHANGED: { code: 'upstream_invalid', next: 'A column or table named in the settings no longer exists; change the settings.' },
  SQL_TIMEOUT: { code: 'transient', next: 'The statement reached the time limit; add an index or raise the limit in the settings.' },
  CURSOR_IN_FUTURE: {
    code: 'config_invalid',
    next: 'The cursor lies ahead of the clock of the source; correct the data, then `inlet sources reset-cursor {source}` (POST /v1/sources/{id}/reset-cursor).',
  },
  CURSOR_INVALID: {
    code: 'config_invalid',
    next: 'The saved position does not fit the settings; `inlet sources reset-cursor {source}` (POST /v1/sources/{id}/reset-cursor) reads from the beginning.',
  },
  RANGE_NOT_POSSIBLE: {
    code: 'config_invalid',
    next: 'Backfill the stream without from and to: it reports deletes as events, and reading only part of them would leave a wrong state.',
  },
  CURSOR_TOO_LARGE: { code: 'internal', next: 'A cursor may have at most 8 KiB; report this with the name of the connector.' },
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
  SQL_FUNCTION_NOT_ALLOWED: { code: 'config_invalid', next: 'Remove the function named in the message.' },
  SQL_SYNTAX: { code: 'config_invalid', next: 'Correct the statement at the position in the message.' },
  SQL_COLUMN_UNUSABLE: { code: 'config_invalid', next: 'Give every column its own name, and use a timestamp, date or integer as the cursor.' },
  ROLE_TOO_POWERFUL: { code: 'config_invalid', next: 'Use a read-only role, or set allowPowerfulRole if you accept the risk.' },
  // git
  GIT_URL_NOT_ALLOWED: { code: 'config_invalid', next: 'Use an https URL or a path below an allowed root.' },
  GIT_NOT_INSTALLED: { code: 'config_invalid', who: 'operator', next: 'Install git 2.37 or newer on every worker.' },
  INVALID_REF: { code: 'config_invalid', next: 'Use an existing branch or tag name.' },
  // Singer taps
  TAP_NOT_ALLOWED: {
    code: 'config_invalid',
    who: 'operator',
    next: 'Use a tap listed in INLET_SINGER_TAPS; an operator can add one there, on every worker.',
  },
  TAP_FAILED: {
    code: 'upstream_invalid',
    next: 'Check the last line of the tap in the message, and its lines in the log of the worker; correct its settings.',
  },
  // files
  PATH_NOT_ALLOWED: {
    code: 'config_invalid',
    who: 'operator',
    next: 'Use a path below one of the folders in INLET_FILE_ROOTS, or ask an operator to add this folder there, on every worker.',
  },
  PATH_ESCAPE: { code: 'config_invalid', who: 'operator', next: 'The path leaves its root through a link; remove the link.' },
  FILE_NOT_READABLE: {
    code: 'permission_denied',
    who: 'operator',
    next: 'An operator has to allow the user of the workers to read the file or folder named in the message: its permissions, its owner, or the container mount.',
  },
  FILES_UNAVAILABLE: {
    code: 'transient',
    who: 'operator',
    next: 'An operator has to create or mount the folder that the message names again, on every worker, or correct INLET_FILE_ROOTS and restart the workers; Inlet continues by itself.',
  },
  WORK_FOLDER_UNUSABLE: {
    code: 'transient',
    who: 'operator',
    next: 'An operator has to make the folder that the message names writable for the user of the workers, or choose another one with INLET_WORK_DIR; Inlet continues by itself.',
  },
  NOT_A_REGULAR_FILE: { code: 'config_invalid', next: 'Only regular files are read.' },
  EMPTY_FILE: { code: 'record_invalid', next: 'The file has no content; upload it again.' },
  FILE_TOO_LARGE: { code: 'record_invalid', next: 'Split the file or raise maxFileBytes in the settings of the source.' },
  ARCHIVE_NESTED: { code: 'record_invalid', next: 'Archives inside archives are not read; extract the archive first.' },
  ARCHIVE_UNSAFE_ENTRY: { code: 'record_invalid', next: 'The archive contains a path that leads out of it; create the archive again.' },
  ARCHIVE_BOMB: { code: 'upstream_invalid', next: 'The compressed file expands beyond the limit; split it or raise the limit.' },
  FILE_UNREADABLE: { code: 'record_invalid', next: 'The file cannot be parsed; see the position in the message.' },
  XML_DTD_NOT_ALLOWED: { code: 'upstream_invalid', next: 'Remove the DOCTYPE; in feeds and sitemaps, a complete one is skipped.' },
  // records
  OFFSETS_GONE: {
    code: 'record_invalid',
    next: 'The messages can no longer be read; keep messages at the source for longer, or read it more often.',
  },
  RECORD_INVALID: { code: 'record_invalid', next: 'See the message; correct the record at its source.' },
  RECORD_TOO_LARGE: { code: 'record_invalid', next: 'The record exceeds the size limit; leave out its large fields.' },
  RECORD_KEY_MISSING: { code: 'record_invalid', next: 'Choose key fields that every record has.' },
  TEXT_NOT_STORABLE: { code: 'record_invalid', next: 'The record contains a NUL character or half a surrogate pair; correct it at the source.' },
  NUMBER_NOT_STORABLE: { code: 'record_invalid', next: 'The record contains a number outside the range that can be stored.' },
  QUARANTINE_NOT_OPEN: { code: 'config_invalid', who: 'nobody', status: 409, next: 'Nothing to do: its `state` shows what happened to it.' },
  NOT_RETRYABLE: {
    code: 'config_invalid',
    status: 409,
    next: 'Send the whole record: `inlet quarantine {source} --id <id> --retry --record <json>` (POST /v1/quarantine/{id}/retry with {"record": …}).',
  },
  BATCH_MISMATCH: { code: 'internal', next: 'Two different batches claim the same place in a run; report this with the run id.' },
  QUARANTINE_BUDGET: {
    code: 'upstream_invalid',
    next: 'Too many records cannot be stored; see `inlet quarantine {source}` (GET /v1/sources/{id}/quarantine).',
  },
  QUARANTINE_SHARE: {
    code: 'upstream_invalid',
    next: 'See `inlet quarantine {source}` (GET /v1/sources/{id}/quarantine) and correct the mapping, or the records at the source; then `inlet quarantine {source} --retry` (POST /v1/sources/{id}/quarantine/retry), or give them up: `inlet quarantine {source} --drop` (POST /v1/sources/{id}/quarantine/drop).',
  },
  MASS_DELETE_REFUSED: {
    code: 'upstream_invalid',
    next: 'Most records are suddenly missing from the source; check it, then `inlet run {source} --allow-mass-delete` (POST /v1/sources/{id}/run with {"allowMassDelete": true}).',
  },
  // what was guessed, left out or read only in part (runs/caveats.ts)
  DOCUMENT_WITHOUT_TEXT: {
    code: 'upstream_invalid',
    next: 'Check the documents named: scans contain images of text, and a page may need render "browser".',
  },
  TEXT_UNREADABLE: {
    code: 'upstream_invalid',
    next: 'The fonts do not define which characters they show; export the documents again with searchable text.',
  },
  BOILERPLATE_KEPT: {
    code: 'upstream_invalid',
    who: 'nobody',
    next: 'Nothing to do: some navigation was kept, because without it there would be no text.',
  },
  CANONICAL_IGNORED: { code: 'upstream_invalid', next: 'Correct rel=canonical on the site, or set canonical to "ignore".' },
  CANONICAL_ELSEWHERE: { code: 'upstream_invalid', next: 'If these pages are not duplicates, set canonical to "ignore".' },
  LINKS_NOT_FOLLOWED: {
    code: 'upstream_invalid',
    next: 'If pages are missing, set robotsMeta to "ignore", or add the addresses to startUrls or sitemap.',
  },
  LOGIN_REQUIRED: {
    code: 'upstream_invalid',
    next: 'Put the credentials or the session cookie of a user who may read these pages into the environment, then `inlet sources update {source} --secret <name>=env:<VARIABLE>` (PATCH /v1/sources/{id}); or leave them out with exclude.',
  },
  READ_IN_PART: { code: 'upstream_invalid', next: 'Repair the document at the source; the part that could be read is stored.' },
  ENCODING_GUESSED: { code: 'upstream_invalid', next: 'Set the encoding in the settings if the text is garbled.' },
  ENCODING_DOUBTFUL: { code: 'upstream_invalid', next: 'Check the text, and set the encoding in the settings.' },
  BYTES_UNDECODABLE: { code: 'upstream_invalid', next: 'They were replaced by U+FFFD; if there are many, set the encoding in the settings.' },
  KEY_REPEATED: {
    code: 'upstream_invalid',
    next: 'Set key fields (keyFields, keyColumns) that tell all records apart, or correct the repetition at the source.',
  },
  LAYOUT_GUESSED: { code: 'upstream_invalid', next: 'If a guess is wrong, set headerLine, skipLines, comment, escape, trim or delimiter.' },
  // tests of a source
  SOURCE_EMPTY: {
    code: 'upstream_invalid',
    next: 'No records came. Unless that is right, check that the source has not moved and requires no other login, that a folder it reads is mounted, and the settings that select what is read; `inlet test {source}` (POST /v1/sources/{id}/test) shows what it returns.',
  },
  SOURCE_SLOW: { code: 'transient', next: 'Read less at a time: use smaller pages, narrower paths or an index on the cursor field.' },
  // mapping
  MAPPING_SYNTAX: { code: 'config_invalid', next: 'Correct the expression at the line and column in the message.' },
  MAPPING_UNSOUND: {
    code: 'config_invalid',
    next: 'Write the mapping so that Inlet can still determine which records are gone; see docs/guides/mapping.md.',
  },
  MAPPING_FAILED: {
    code: 'record_invalid',
    next: 'The expression fails for this record; try it with `inlet test {source}` (POST /v1/sources/{id}/test).',
  },
  MAPPING_RESULT: { code: 'record_invalid', next: 'The expression must return null, an object with record members, or an array of such objects.' },
  MAPPING_TIMEOUT: {
    code: 'record_invalid',
    next: 'The expression takes longer than 2 s for this record; simplify it, especially its regular expressions and recursion.',
  },
  MAPPING_MEMORY: { code: 'record_invalid', next: 'The expression needs too much memory for this record; build smaller values.' },
  // runs and sources
  SOURCE_STALE: {
    code: 'upstream_invalid',
    next: '`inlet why {source}` (GET /v1/sources/{id}/why) shows what keeps the source from being read in time.',
  },
  CANCELLED: { code: 'cancelled', next: 'Start a new run when you want; it continues from the last cursor.' },
  LEASE_LOST: { code: 'cancelled', next: 'Nothing to do: another worker has taken over.' },
  WORKER_LOST: { code: 'transient', next: 'The worker died; the run continues on another worker from the last cursor.' },
  POISON_SOURCE: {
    code: 'config_invalid',
    next: 'Runs of this source killed their worker three times; check its data, then `inlet sources resume {source}` (POST /v1/sources/{id}/resume). Inlet also retries it automatically from time to time, alone in a worker.',
  },
  CREDENTIAL_IN_USE: {
    code: 'config_invalid',
    status: 409,
    next: '`inlet credentials get <credential>` (GET /v1/credentials/{id}) lists the sources that use it; give them other secrets first.',
  },
  CREDENTIAL_CHANGED: { code: 'transient', next: 'Nothing to do: the next attempt uses the new credentials.' },
  SECRET_TARGET_REFUSED: {
    code: 'permission_denied',
    next: 'Send the secrets again together with the new address, or use a key with the scope admin; a shared credential lists its targets.',
  },
  DISK_FULL: {
    code: 'transient',
    who: 'operator',
    status: 507,
    next: 'An operator has to free or add space on the disk that the message names; Inlet continues by itself.',
  },
  SECRET_UNREADABLE: {
    code: 'config_invalid',
    who: 'operator',
    next: 'The key that encrypted the secrets is not configured; add it, or set the secrets again.',
  },
  INTERNAL: { code: 'internal', next: 'Look up the error id in the log of the process, and report it.' },
  ...API_REASONS,
} as const satisfies Record<string, ReasonRule>

export type Reason = keyof typeof REASONS

/** Whether a text is a known reason. */
export const isReason = (value: string): value is Reason => Object.hasOwn(REASONS, value)

/** Whether a reason is one that only the API responds with: it says what is wrong with a request. */
export const isApiReason = (value: string): boolean => Object.hasOwn(API_REASONS, value)
