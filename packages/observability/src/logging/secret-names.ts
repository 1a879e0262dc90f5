const NAMES = [
  'authorization',
  'cookie',
  'setcookie',
  'password',
  'passwd',
  'passphrase',
  'secret',
  'secrets',
  'token',
  'apikey',
  'connectionstring',
  'credential',
  'credentials',
  'privatekey',
  'masterkey',
  'secretkey',
  'accesskey',
  'accountkey',
  'sharedkey',
  'signingkey',
  'encryptionkey',
  'datakey',
  'keymaterial',
  'pepper',
  'signature',
] as const

/** Whether a field of this name holds a secret: `password`, `X-Api-Key`, `sas_token`, `proxyAuthorization` …, but not `nextPageTokenCount`. */
export const isSecretName = (name: string): boolean => {
  const bare = name.toLowerCase().replaceAll(/[^a-z0-9]/gu, '')
  return NAMES.some((secret) => bare.endsWith(secret))
}

/** Matches any text that may contain a secret recognizable by its context; may have false positives, but no false negatives. */
export const MAY_HOLD_SECRET =
  /authorization|cookie|passw|passphrase|secret|token|api[^a-z0-9"]?key|connection[^a-z0-9"]?string|credential|(?:private|master|secret|access|account|shared|signing|encryption|data)[^a-z0-9"]?key|key[^a-z0-9"]?material|pepper|signature|\bsig=|bearer|basic|inl_|:\/\/[^\s"/]{0,1300}@/iu
