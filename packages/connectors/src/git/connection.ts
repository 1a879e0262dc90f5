import { type Connection, type ConnectorContext, Failure, timeoutSignal } from '@inlet/connector-sdk'
import type { GitConfig, GitSecrets } from './config.js'
import { createLocalRepository } from './repository/local-repository.js'
import { createRemoteRepository } from './repository/remote-repository.js'
import type { Snapshot } from './repository/repository.js'

export interface GitConnection extends Connection {
  readonly ctx: ConnectorContext<GitConfig, GitSecrets>
  /** Joins the signal with those that close the connection. */
  scope(signal: AbortSignal): AbortSignal
  /** Updates the mirror; one call at a time. */
  refresh(signal: AbortSignal): Promise<Snapshot>
  check(signal: AbortSignal): Promise<void>
}

const CHECK_MS = 9000

/** Does nothing until first used. Disposing it ends all git processes. */
export const openGitConnection = (ctx: ConnectorContext<GitConfig, GitSecrets>): GitConnection => {
  const { url, path } = ctx.config
  const repository = url === undefined ? createLocalRepository(ctx, path ?? '') : createRemoteRepository(ctx, url)
  const closing = new AbortController()
  const scope = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, ctx.signal, closing.signal])
  let last: Promise<unknown> = Promise.resolve()
  return {
    ctx,
    scope,
    refresh(signal) {
      const next = last.then(() => repository.refresh(signal))
      last = next.catch(() => undefined)
      return next
    },
    async check(signal) {
      const timeout = timeoutSignal(CHECK_MS)
      try {
        await repository.check(AbortSignal.any([scope(signal), timeout]))
      } catch (thrown) {
        if (timeout.aborted && !signal.aborted) throw new Failure('TIMEOUT', `the repository did not answer within ${CHECK_MS} ms`, { cause: thrown })
        throw thrown
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await last
    },
  }
}
