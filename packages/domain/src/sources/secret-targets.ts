import { Failure } from '../errors/failure.js'
import { canonicalJson } from '../identity/canonical-json.js'
import { sha256Hex } from '../identity/identity.js'
import { isUrl } from '../text/url.js'

/** Where settings send secrets: an origin, a complete token endpoint, `host:port`, or `settings:<sha256>` of the settings that determine it. */
export interface SecretTarget {
  /** The setting that names it, e.g. `config.url`. */
  readonly field: string
  readonly target: string
}

type Address =
  | { readonly field: string; readonly url: string; readonly exact?: boolean | undefined }
  | { readonly field: string; readonly host: string; readonly port: number }

/** The part of a connector that determines where its settings send secrets; `egress` and `secretScope` take the parsed config. */
export interface TargetedConnector {
  readonly configSchema: { safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown } }
  egress?(config: unknown): readonly Address[]
  secretScope?(config: unknown): unknown
}

const SETTINGS = /^settings:[0-9a-f]{64}$/
const HOST_PORT = /^(?<host>[^\s/?#@\\]+):(?<port>\d{1,5})$/

/**
 * Returns where a connector sends secrets with these saved settings. A connector that does not declare its targets is bound to all of its settings:
 * any change to them may lead elsewhere. Throws what `egress` throws.
 */
export const secretTargetsOf = (connector: TargetedConnector, saved: unknown): readonly SecretTarget[] => {
  // As saved, not as parsed: a default that is added later must not change them.
  if (connector.egress === undefined && connector.secretScope === undefined) return [ofSettings(saved)]
  const { success, data: config } = connector.configSchema.safeParse(saved)
  if (!success) return [ofSettings(saved)]
  const scope = connector.secretScope === undefined ? [] : [ofSettings(connector.secretScope(config))]
  if (connector.egress === undefined) return scope
  return [
    ...scope,
    ...connector.egress(config).map((address) => ({
      field: `config.${address.field.replace(/^config\./, '')}`,
      target: 'url' in address ? ofUrl(address.url, address.exact === true) : ofHost(address.host, address.port),
    })),
  ]
}

/** Normalizes a target as a person writes it to its comparable form: a URL, `host:port` or `settings:…`; null for anything else. */
export const parseSecretTarget = (text: string): string | null => {
  if (SETTINGS.test(text)) return text
  if (/^https?:/i.test(text)) {
    if (!isUrl(text)) return null
    const { username, password, pathname, search } = new URL(text)
    return username !== '' || password !== '' ? null : ofUrl(text, pathname !== '/' || search !== '')
  }
  const { host, port } = HOST_PORT.exec(text)?.groups ?? {}
  return host === undefined || Number(port) < 1 || Number(port) > 65_535 ? null : ofHost(host, Number(port))
}

/** Returns the first target that secrets bound to `bound` must not be sent to; undefined when all are permitted. */
export const findForeignTarget = (wanted: readonly SecretTarget[], bound: readonly string[]): SecretTarget | undefined =>
  wanted.find(({ target }) => !bound.includes(target))

/** Throws SECRET_TARGET_REFUSED, naming the setting, when one of the targets is not among those the secrets are bound to. */
export const requireSecretTargets = (wanted: readonly SecretTarget[], bound: readonly string[]): void => {
  const foreign = findForeignTarget(wanted, bound)
  if (foreign === undefined) return
  const where = SETTINGS.test(foreign.target) ? 'settings other than those they were given for' : foreign.target
  throw new Failure('SECRET_TARGET_REFUSED', `the stored secrets are not for ${where}`, { field: foreign.field })
}

const ofSettings = (scope: unknown): SecretTarget => ({ field: 'config', target: `settings:${sha256Hex(canonicalJson(scope))}` })

const ofUrl = (text: string, exact: boolean): string => {
  // Text that is not a URL leads nowhere, and must not equal anything either.
  if (!isUrl(text)) return `invalid:${sha256Hex(text)}`
  const url = new URL(text)
  return exact ? `${url.origin}${url.pathname}${url.search}` : url.origin
}

const ofHost = (text: string, port: number): string => {
  const bare = text.replace(/^\[|\]$/g, '')
  const url = `http://${bare.includes(':') ? `[${bare}]` : bare}/`
  return `${isUrl(url) ? new URL(url).hostname.replace(/\.$/, '') : bare.toLowerCase()}:${port}`
}
