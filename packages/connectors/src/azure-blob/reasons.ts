import type { Reason } from '@inlet/connector-sdk'

/** Our reasons for the error codes of the blob service. https://learn.microsoft.com/en-us/rest/api/storageservices/blob-service-error-codes */
export const REASONS: Readonly<Record<string, Reason>> = {
  AccountIsDisabled: 'PERMISSION_DENIED',
  AuthenticationFailed: 'AUTH_FAILED',
  AuthorizationFailure: 'AUTH_FAILED',
  AuthorizationPermissionMismatch: 'PERMISSION_DENIED',
  AuthorizationProtocolMismatch: 'PERMISSION_DENIED',
  AuthorizationResourceTypeMismatch: 'PERMISSION_DENIED',
  AuthorizationServiceMismatch: 'PERMISSION_DENIED',
  AuthorizationSourceIPMismatch: 'PERMISSION_DENIED',
  BlobArchived: 'PERMISSION_DENIED',
  BlobNotFound: 'NOT_FOUND_UPSTREAM',
  ConditionNotMet: 'NOT_FOUND_UPSTREAM',
  ContainerBeingDeleted: 'NOT_FOUND_UPSTREAM',
  ContainerNotFound: 'NOT_FOUND_UPSTREAM',
  InsufficientAccountPermissions: 'PERMISSION_DENIED',
  InternalError: 'UPSTREAM_ERROR',
  InvalidAuthenticationInfo: 'AUTH_FAILED',
  InvalidRange: 'NOT_FOUND_UPSTREAM',
  KeyBasedAuthenticationNotPermitted: 'PERMISSION_DENIED',
  NoAuthenticationInformation: 'AUTH_FAILED',
  OperationTimedOut: 'UPSTREAM_ERROR',
  PublicAccessNotPermitted: 'PERMISSION_DENIED',
  ResourceNotFound: 'NOT_FOUND_UPSTREAM',
  ServerBusy: 'RATE_LIMITED',
}

const HINTS: Readonly<Record<string, string>> = {
  AuthorizationFailure: 'the key or signature is not accepted, or the firewall of the account refuses the address of the worker',
  BlobArchived: 'it lies in the archive tier and has to be rehydrated first',
  ConditionNotMet: 'it changed while it was read and is read by the next run',
  KeyBasedAuthenticationNotPermitted: 'the account accepts no keys; use a shared access signature of a user delegation',
}

/** Returns what to do about a code, where the code alone does not say. */
export const hintOf = (code: string): string | undefined => (Object.hasOwn(HINTS, code) ? HINTS[code] : undefined)
