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
export { checkCanary, sealCanary } from './secrets/canary.js'
export { needsRewrap, openSecrets, rewrapSecrets, type Secrets, sealSecrets } from './secrets/envelope.js'
export { fingerprintSecrets, matchesFingerprint } from './secrets/fingerprint.js'
export { CANARY_SETTING, requireKeys } from './secrets/require-keys.js'
export { type SealedSecrets, type SecretPlace, sealedSecretsSchema } from './secrets/sealed-secrets.js'
export { createSigningSecret, isSigningSecret, signMessage } from './webhooks/sign-message.js'
