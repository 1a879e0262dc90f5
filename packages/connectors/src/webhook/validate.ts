import { Failure } from '@inlet/connector-sdk'
import type { WebhookConfig, WebhookSecrets } from './config.js'
import { isBase64 } from './verify/verify-sender.js'

/** Headers that contain secrets or signatures: they are never stored. */
const NEVER_KEPT = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-key'])

/** Checks what the schemas cannot express. Throws VALIDATION_FAILED with the field. */
export const validateWebhook = (config: WebhookConfig, secrets: WebhookSecrets): void => {
  const { signature, paths } = config
  if (signature.scheme === 'hmac') {
    if (signature.template.includes('{timestamp}') && signature.timestampHeader === undefined)
      throw invalid('the template signs {timestamp}, and no header is named for it', 'config.signature.timestampHeader')
    if (signature.template.includes('{id}') && signature.idHeader === undefined)
      throw invalid('the template signs {id}, and no header is named for it', 'config.signature.idHeader')
  }
  if (signature.scheme === 'basic' && secrets.username === undefined) throw invalid('the scheme basic needs a user name', 'secrets.username')
  if (config.deleteTypes.length > 0 && paths.key === undefined) throw invalid('deletes need to know which record they mean', 'config.paths.key')
  if (config.body === 'text' && signature.scheme !== 'hmac' && signature.scheme !== 'token' && signature.scheme !== 'basic')
    throw invalid(`the scheme ${signature.scheme} sends JSON`, 'config.body')
  const ofSignature = 'header' in signature ? signature.header.toLowerCase() : ''
  for (const [name, path] of Object.entries(paths)) {
    const header = path?.startsWith('header:') === true ? path.slice('header:'.length).toLowerCase() : undefined
    if (header !== undefined && (NEVER_KEPT.has(header) || header === ofSignature))
      throw invalid('a header with credentials or the signature is not kept', `config.paths.${name}`)
  }
  if (signature.scheme === 'standard')
    for (const name of ['signingSecret', 'previousSigningSecret'] as const)
      if (secrets[name]?.startsWith('whsec_') === true && !isBase64(secrets[name].slice('whsec_'.length)))
        throw invalid('what follows whsec_ is not base64', `secrets.${name}`)
}

const invalid = (message: string, field: string): Failure => new Failure('VALIDATION_FAILED', message, { field })
