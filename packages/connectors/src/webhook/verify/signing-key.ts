const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export const isBase64 = (text: string): boolean => text !== '' && BASE64.test(text)

/** The key of Standard Webhooks: base64 after `whsec_` or alone; other text counts as it is. */
export const standardKey = (secret: string): Buffer => {
  const bare = secret.startsWith('whsec_') ? secret.slice('whsec_'.length) : secret
  return isBase64(bare) ? Buffer.from(bare, 'base64') : Buffer.from(secret)
}
