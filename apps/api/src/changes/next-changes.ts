import { type ChangePage, type ChangePosition, type ChangeRequest, type Database, readChanges, startOfChanges } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { z } from 'zod'
import type { PageTokens } from '../http/page-token.js'
import type { Slots } from '../http/slots.js'
import type { ChangeHub } from './change-hub.js'

export interface ChangeDeps {
  readonly database: Database
  readonly tokens: PageTokens
  readonly hub: ChangeHub
  /** Limited by API key. */
  readonly streams: Slots
  /** Aborts when the process drains. */
  readonly stopping: AbortSignal
}

const LIST = 'listChanges'
const number = z.string().regex(/^\d{1,19}$/u)
const placeTuple = [z.string(), number, number, number] as const
const token = z.union([z.tuple([...placeTuple]), z.tuple([...placeTuple, number, number])])

/** Returns the token after which a consumer continues. */
export const toToken = ({ tokens }: Pick<ChangeDeps, 'tokens'>, { cluster, xid, id, doc, walk }: ChangePosition): string =>
  tokens.encode(LIST, [cluster, xid, id, doc, ...(walk === null ? [] : [walk.doc, walk.last])])

/** Returns the position to start from. Throws INVALID_CURSOR. */
export const toPosition = async (deps: ChangeDeps, after: string | undefined): Promise<ChangePosition> => {
  if (after === undefined) return startOfChanges(deps.database, 'beginning')
  if (after === 'now') return startOfChanges(deps.database, 'now')
  const [cluster, xid, id, doc, walked, last] = readToken(deps, after)
  return { cluster, xid, id, doc, walk: walked === undefined || last === undefined ? null : { doc: walked, last } }
}

const readToken = (deps: ChangeDeps, after: string): z.output<typeof token> => {
  try {
    return deps.tokens.decode(LIST, after, token)
  } catch (cause) {
    throw new Failure('INVALID_CURSOR', 'this is no token of the change feed', { field: 'after', cause })
  }
}

/** Returns the next changes. Throws TOKEN_EXPIRED when some of them are gone. */
export const nextChanges = async (deps: ChangeDeps, position: ChangePosition, request: ChangeRequest): Promise<ChangePage> => {
  const page = await readChanges(deps.database, position, request)
  if (page !== null) return page
  throw new Failure('TOKEN_EXPIRED', 'changes after this token are not kept any more, or the database was restored or replaced since', {
    field: 'after',
  })
}
