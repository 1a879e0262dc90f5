export { redactValues } from '@inlet/runtime'
export {
  type ApiKeyMatch,
  createApiKey,
  hashApiKey,
  matchApiKey,
  type NewApiKey,
  type ParsedApiKey,
  parseApiKey,
} from './api-keys/api-key.js'
export { createKeyring, type Keyring, KeyringError, type MasterKey } from './keyring/keyring.js'
export { createMasterKeyText, envKeyring, parseKeyring } from './keyring/parse-keyring.js'
export { CANARY_SETTING, checkCanary, requireKeys, sealCanary } from './secrets/canary.js'
export {
  needsRewrap,
  openSecrets,
  rewrapSecrets,
  type SealedSecrets,
  type SecretPlace,
  type Secrets,
  sealedSecretsSchema,
  sealSecrets,
} from './secrets/envelope.js'
export { fingerprintSecrets, matchesFingerprint } from './secrets/fingerprint.js'
export { createIssuerKeys, type IssuerKeys, type IssuerKeysOptions } from './tokens/issuer-keys.js'
export { isIssuer, type ReadJson } from './tokens/read-key-set.js'
export { isJwt, type TokenPrincipal, TokenRefused, verifyToken } from './tokens/verify-token.js'
export { createSigningSecret, isSigningSecret, signMessage } from './webhooks/sign-message.js'
