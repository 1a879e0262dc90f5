export type { JsonObject, JsonValue, RecordKey, RecordKind, RejectedRecord, SourceRecord } from '@inlet/domain'
export { canonicalJson, Failure, JsonNumber, keyHash, keyText, toFailure } from '@inlet/domain'
export {
  type Browse,
  type BrowseItem,
  type Connection,
  type Connector,
  type Cursor,
  defineConnector,
  type EgressTarget,
  type Page,
  type ReadRequest,
  type StreamSpec,
} from './connector.js'
export type { ConnectorContext, ConnectorLog, FileAccess, KnownRecords, OpenedFile } from './context.js'
export { createFileAccess, type FileAccessOptions } from './files/file-access.js'
export { toFileFailure } from './files/file-failure.js'
export type { HttpClient, HttpRequest, HttpResponse } from './http/http-client.js'
export { createEgressGuard, type EgressGuardOptions, type HostLookup } from './net/create-egress-guard.js'
export type { CheckedAddress, EgressGuard } from './net/egress-guard.js'
export { type ClosableHttpClient, createHttpClient, type HttpClientOptions } from './http/create-http-client.js'
export type { HttpEvent } from './http/exchange/observe-exchange.js'
export { parseJsonLossless } from './json/parse-json-lossless.js'
