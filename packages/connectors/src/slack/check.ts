import { type CheckWarning, Failure, timeoutSignal, toFailure, warnOfScopes } from '@inlet/connector-sdk'
import { messagesShape } from './api/shapes.js'
import type { SlackConnection } from './connection.js'
import { listUsers } from './directory/catalog.js'

const TIMEOUT_MS = 8_000

const SCOPES = {
  reads: (scope: string): boolean => /^(?:[a-z_.]+:(?:read|history|read\.email)|identify)$/.test(scope),
  advice: 'take the other scopes out of the app, and install it again',
}

/**
 * Checks that the token works, the channels exist, and messages and people may be read. Throws the first failure. Warns of a token that may
 * do more than read.
 */
export const check = async (connection: SlackConnection, asked: AbortSignal): Promise<readonly CheckWarning[]> => {
  const signal = connection.signal(timeoutSignal(TIMEOUT_MS, asked))
  const { streams } = connection.ctx.config
  try {
    connection.forget()
    const { channels, missing, isNamed } = await connection.catalog(signal)
    if (missing.length > 0 || channels.length === 0)
      throw new Failure(
        'NOT_FOUND_UPSTREAM',
        channels.length === 0 ? 'no channel matches' : `there is no channel ${missing[0]} that the app can see`,
        {
          field: 'config.channels',
          next: 'Check the names, and that the app is in private channels.',
        },
      )
    if (streams.includes('users')) for await (const _first of listUsers(connection.api, signal)) break
    const first = channels.find(isNamed) ?? channels.find(({ is_member: member }) => member === true) ?? channels[0]
    const readsHistory = streams.some((stream) => stream === 'messages' || stream === 'threads' || stream === 'reactions')
    if (readsHistory && first !== undefined) await probe(connection, first.id, { signal, strict: isNamed(first) || first.is_member === true })
    return warnOfScopes(connection.api.granted(), SCOPES)
  } catch (thrown) {
    if (signal.aborted && !asked.aborted) throw new Failure('TIMEOUT', `Slack did not answer within ${TIMEOUT_MS / 1_000} s`, { cause: thrown })
    throw thrown
  } finally {
    connection.forget()
  }
}

const probe = async (
  { api }: SlackConnection,
  channel: string,
  { signal, strict }: { readonly signal: AbortSignal; readonly strict: boolean },
): Promise<void> => {
  try {
    await api.call('conversations.history', { channel, limit: 1 }, messagesShape, signal)
  } catch (thrown) {
    const failure = toFailure(thrown)
    if (!strict && failure.message.includes('not_in_channel'))
      throw new Failure('PERMISSION_DENIED', 'the app is in none of the channels', {
        next: 'Invite the app into the channels: /invite @app.',
        cause: thrown,
      })
    throw thrown
  }
}
