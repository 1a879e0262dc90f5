import { type ConnectorContext, Failure } from '@inlet/connector-sdk'
import type { GitSetup } from '../cli/git-environment.js'
import type { GitConfig, GitSecrets } from '../config.js'
import { parseGitUrl } from '../rules/git-url.js'

const DEFAULT_USER = 'x-access-token'

export interface RemoteAccess {
  /** Normalized. */
  readonly url: string
  readonly setup: GitSetup
  /** The value of the header; null without credentials. */
  readonly authorization: string | null
}

/** Returns settings with which git reaches the remote only at the address that was just checked; with the credentials, if any. */
export const openRemoteAccess = async (ctx: ConnectorContext<GitConfig, GitSecrets>, text: string, signal: AbortSignal): Promise<RemoteAccess> => {
  const url = ctx.egress.checkUrl(parseGitUrl(text).href)
  const secure = url.protocol === 'https:'
  const host = url.hostname.replaceAll(/^\[|\]$/g, '')
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  if (!secure) requireAllowedPlainHttp(ctx, host, port)
  const { address, family } = await ctx.egress.resolve(host, port, signal)
  const pinned = `${url.hostname}:${port}:${family === 6 ? `[${address}]` : address}`
  const header = headerOf(ctx.secrets)
  return {
    url: url.href,
    authorization: header,
    setup: {
      workDir: ctx.workDir,
      protocols: secure ? 'https' : 'http',
      settings: [
        // A literal address needs no pin, and curl could not parse an IPv6 one.
        ...(host === address ? [] : [['http.curloptResolve', pinned] as const]),
        ...(header === null ? [] : [['http.extraHeader', `Authorization: ${header}`] as const]),
      ],
      secrets: [ctx.secrets.token ?? '', header?.split(' ')[1] ?? ''],
    },
  }
}

const headerOf = ({ username, token }: GitSecrets): string | null => {
  if (username === undefined && token === undefined) return null
  return `Basic ${Buffer.from(`${username ?? DEFAULT_USER}:${token ?? ''}`).toString('base64')}`
}

/** Any port other than 80 passed the guard because the operator lists it; for port 80 the host must be listed for all ports. */
const requireAllowedPlainHttp = ({ egress }: ConnectorContext, host: string, port: number): void => {
  if (port !== 80) return
  try {
    egress.checkHost(host, 1)
  } catch (cause) {
    throw new Failure('GIT_URL_NOT_ALLOWED', 'plain http is used only for hosts that the operator allows', { field: 'config.url', cause })
  }
}
