export type {
  Caveat,
  CaveatKind,
  CaveatTally,
  JsonObject,
  JsonValue,
  Reason,
  RecordKey,
  RecordKind,
  RejectedRecord,
  SourceRecord,
} from '@inlet/domain'
export {
  addCaveats,
  canonicalJson,
  Failure,
  hasUnstorableText,
  isUrl,
  JsonNumber,
  keyHash,
  keyText,
  massDeleteLimit,
  moment,
  toCaveats,
  toFailure,
} from '@inlet/domain'
export { abortable } from './abortable.js'
export {
  type Browse,
  type BrowseItem,
  type CheckWarning,
  CONTRACT,
  type Connection,
  type Connector,
  type Cursor,
  complete,
  defineConnector,
  type EgressTarget,
  incomplete,
  type Page,
  type ReadEnd,
  type ReadRequest,
  type StreamSpec,
  UNDECLARED_END,
} from './connector.js'
export type { ConnectorContext, ConnectorLog, FileAccess, Inbox, KnownRecords, OpenedFile, PushedEvent } from './context.js'
export { createFileAccess, type FileAccessOptions } from './files/file-access.js'
export { toFileFailure, toFolderFailure, toWorkFolderFailure, workFolderFull, workFolderUnusable } from './files/file-failure.js'
export { createAutomaton, type Piece } from './glob/automaton.js'
export { compileGlob, compileGlobs, type GlobOptions } from './glob/compile-glob.js'
export { type AuthSecrets, type AuthSpec, authSchema, authSecretsSchema } from './http/auth/auth-spec.js'
export { checkAuthSecrets } from './http/auth/check-auth-secrets.js'
export { type Auth, type AuthOptions, createAuth } from './http/auth/create-auth.js'
export type { Renewed, SharedTokens, TokenRequest } from './http/auth/shared-tokens.js'
export type { CachedToken } from './http/auth/token-cache.js'
export { checkHeader, checkHeaderName, checkHeaders, checkHeaderValue, isHeaderValue } from './http/check-header.js'
export { type ClosableHttpClient, createHttpClient, type HttpClientOptions } from './http/create-http-client.js'
export type { HttpEvent } from './http/exchange/observe-exchange.js'
export { parseGrantedScopes, warnOfScopes } from './http/granted-scopes.js'
export type { HttpClient, HttpRequest, HttpResponse } from './http/http-client.js'
export { createLocalPace, gapOf } from './http/pace/create-local-pace.js'
export { createPacedHttp } from './http/pace/create-paced-http.js'
export type { Pace, PaceOutcome, PaceRequest } from './http/pace/pace.js'
export { createPaginator } from './http/pagination/create-paginator.js'
export { nextLinkOf } from './http/pagination/next-link.js'
export { type PaginationSpec, paginationSchema } from './http/pagination/pagination-spec.js'
export type { PageParams, PagePosition, PageResponse, Paginator } from './http/pagination/paginator.js'
export { statedTotal } from './http/pagination/signs-of-more.js'
export { type FilteringProxy, openFilteringProxy, PROXY_GREETING_URL, type ProxyPass } from './http/proxy/filtering-proxy.js'
export { decodeLocation, describeLocation } from './http/redirect.js'
export { parseRateLimitReset, parseRetryAfter } from './http/retry-after.js'
export { readHttpFailure, toHttpFailure } from './http/to-http-failure.js'
export type { Importer, ImportRequest, Proposal } from './importer.js'
export { parseJsonLossless } from './json/parse-json-lossless.js'
export { readPath } from './json/read-path.js'
export { isGlobalAddress } from './net/address-class.js'
export { createEgressGuard, type EgressGuardOptions, type HostLookup } from './net/create-egress-guard.js'
export type { CheckedAddress, EgressGuard } from './net/egress-guard.js'
export { canonicalHost, isPossibleHost } from './net/host-name.js'
export { type HttpUrlRules, parseHttpUrl } from './net/parse-http-url.js'
export type { PushedRequest, Receipt } from './receive.js'
export type { FetchedDocument, PageRenderer, RenderedPage, RenderSession, RenderSettings } from './rendering/page-renderer.js'
export { timeoutSignal } from './timeout-signal.js'
