export { Failure, type FailureOptions, toFailure } from './errors/failure.js'
export { FAILURE_CODES, type FailureCode } from './errors/failure-codes.js'
export { isReason, REASONS, type Reason } from './errors/reasons.js'
export { canonicalJson, hasUnstorableText } from './identity/canonical-json.js'
export { keyHash, keyText, sha256Hex } from './identity/identity.js'
export { JsonNumber } from './records/json-number.js'
export {
  type JsonObject,
  type JsonValue,
  RECORD_KINDS,
  type RecordKey,
  type RecordKind,
  type RejectedRecord,
  type SourceRecord,
} from './records/record.js'
