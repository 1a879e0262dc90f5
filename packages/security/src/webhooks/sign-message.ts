import { createHmac, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'
const SECRET_BYTES = 32

/** Creates a secret to sign messages with, in the form of Standard Webhooks: `whsec_` and base64. */
export const createSigningSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString('base64')

/** Whether it is `whsec_` and the base64 of 24 to 64 bytes. */
export const isSigningSecret = (text: string): boolean => {
  const key = Buffer.from(text.slice(PREFIX.length), 'base64')
  return text.startsWith(PREFIX) && key.toString('base64') === text.slice(PREFIX.length) && key.length >= 24 && key.length <= 64
}

/**
 * Returns the headers of a message according to Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): one signature per secret, so that a
 * receiver may have either the old or the new one during a change. `at` is in seconds since 1970.
 */
export const signMessage = (
  message: { readonly id: string; readonly at: number; readonly body: string },
  secrets: readonly string[],
): Readonly<Record<string, string>> => {
  const signed = `${message.id}.${message.at}.${message.body}`
  const signatures = secrets.map(
    (secret) =>
      `v1,${createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64'))
        .update(signed)
        .digest('base64')}`,
  )
  return { 'webhook-id': message.id, 'webhook-timestamp': String(message.at), 'webhook-signature': signatures.join(' ') }
}
