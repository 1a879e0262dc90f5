import type { HttpResponse, Reason } from '@inlet/connector-sdk'

/** Our reasons for the error codes of S3. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export const REASONS: Readonly<Record<string, Reason>> = {
  AccountProblem: 'PERMISSION_DENIED',
  AccessDenied: 'PERMISSION_DENIED',
  AllAccessDisabled: 'PERMISSION_DENIED',
  AuthorizationHeaderMalformed: 'VALIDATION_FAILED',
  BandwidthLimitExceeded: 'RATE_LIMITED',
  ExpiredToken: 'AUTH_FAILED',
  IllegalLocationConstraintException: 'VALIDATION_FAILED',
  InternalError: 'UPSTREAM_ERROR',
  InvalidAccessKeyId: 'AUTH_FAILED',
  InvalidObjectState: 'PERMISSION_DENIED',
  InvalidSecurity: 'AUTH_FAILED',
  InvalidToken: 'AUTH_FAILED',
  NoSuchBucket: 'NOT_FOUND_UPSTREAM',
  NoSuchKey: 'NOT_FOUND_UPSTREAM',
  NotSignedUp: 'AUTH_FAILED',
  PermanentRedirect: 'VALIDATION_FAILED',
  PreconditionFailed: 'NOT_FOUND_UPSTREAM',
  RequestLimitExceeded: 'RATE_LIMITED',
  RequestTimeout: 'UPSTREAM_ERROR',
  RequestTimeTooSkewed: 'AUTH_FAILED',
  ServiceUnavailable: 'RATE_LIMITED',
  SignatureDoesNotMatch: 'AUTH_FAILED',
  SlowDown: 'RATE_LIMITED',
  TemporaryRedirect: 'UPSTREAM_ERROR',
  Throttling: 'RATE_LIMITED',
  TokenRefreshRequired: 'AUTH_FAILED',
  TooManyRequests: 'RATE_LIMITED',
}

/** Returns what to do about a code, where the code alone does not say. */
export const hintOf = (code: string, response: HttpResponse, body: string): string | undefined => {
  const region = response.headers['x-amz-bucket-region'] ?? /<Region>\s*([a-z0-9-]{1,50})\s*<\/Region>/.exec(body)?.[1]
  if (code === 'InvalidObjectState') return 'it lies in an archive storage class and has to be restored first'
  if (code === 'PreconditionFailed') return 'it changed while it was read and is read by the next run'
  if (code === 'RequestTimeTooSkewed') return 'the clock of the worker is wrong'
  if (response.status === 301 || code === 'AuthorizationHeaderMalformed')
    return region === undefined ? 'set the region of the bucket' : `the bucket lies in the region ${region}: set it`
  return undefined
}
