import type { Endpoints } from '@inlet/contract'
import { type Database, insertApiKey, listApiKeys, revokeApiKey } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { createApiKey, type Keyring } from '@inlet/security'
import { newestFirst, type PageTokens, pageOfAll } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'

export interface KeyDeps {
  readonly database: Database
  readonly keyring: Keyring
  readonly tokens: PageTokens
}

const createKeyHandler =
  (deps: KeyDeps): Handler<Endpoints['createKey']> =>
  async ({ body, actor }) => {
    const expiresAt = body.expiresAt === undefined ? null : new Date(body.expiresAt)
    if (expiresAt !== null && expiresAt.getTime() <= Date.now())
      throw new Failure('VALIDATION_FAILED', 'expiresAt lies in the past', { field: 'expiresAt' })
    const key = createApiKey(deps.keyring)
    const scopes = [...new Set(body.scopes)]
    const saved = await insertApiKey(deps.database, { id: key.id, name: body.name, hash: key.hash, scopes, expiresAt }, actor)
    return { status: 201, headers: { location: `/v1/keys/${key.id}` }, body: { ...saved, key: key.plaintext } }
  }

const listKeysHandler =
  (deps: KeyDeps): Handler<Endpoints['listKeys']> =>
  async ({ query }) => {
    const page = { tokens: deps.tokens, list: ['listKeys', {}], query } as const
    return { status: 200, body: pageOfAll(await listApiKeys(deps.database), page, ({ createdAt, id }) => `${newestFirst(createdAt)} ${id}`) }
  }

const deleteKeyHandler =
  (deps: KeyDeps): Handler<Endpoints['deleteKey']> =>
  async ({ params, actor }) => {
    if (!(await revokeApiKey(deps.database, params.id, actor))) throw new Failure('NOT_FOUND', 'there is no such key')
    return { status: 204 }
  }

export const createKeyHandlers = (deps: KeyDeps) => ({
  createKey: createKeyHandler(deps),
  listKeys: listKeysHandler(deps),
  deleteKey: deleteKeyHandler(deps),
})
