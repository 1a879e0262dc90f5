import { type ConnectorContext, Failure } from '@inlet/connector-sdk'
import type { RemoteAccess } from './remote-access.js'

const SMART = 'application/x-git-upload-pack-advertisement'

/**
 * Throws UPSTREAM_INVALID unless a git server answers at the address. Git takes a web page for a repository without
 * branches, so this is asked whenever a remote seems to be empty.
 */
export const requireGitServer = async (ctx: ConnectorContext, access: RemoteAccess, signal: AbortSignal): Promise<void> => {
  const response = await ctx.http.request({
    url: `${access.url.replace(/\/+$/, '')}/info/refs?service=git-upload-pack`,
    headers: access.authorization === null ? {} : { authorization: access.authorization },
    maxRedirects: 0,
    signal,
  })
  response.discard()
  const type = response.headers['content-type'] ?? 'no content type'
  if (!type.startsWith(SMART))
    throw new Failure('UPSTREAM_INVALID', `the address answers with ${type.slice(0, 80)}, not as a git server`, { field: 'config.url' })
}
