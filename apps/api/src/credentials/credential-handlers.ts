import type { Endpoints } from '@inlet/contract'
import { deleteSharedCredential, findSharedCredential, listCredentialUsers, listSharedCredentials } from '@inlet/db'
import { z } from 'zod'
import { listName } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { toPage } from '../http/to-page.js'
import { createCredentialHandler, credentialNotFound } from './create-credential.js'
import type { CredentialDeps } from './credential-deps.js'
import { shownTargets } from './guard-targets.js'
import { toCredentialDetail, toCredentialView } from './to-credential-view.js'
import { updateCredentialHandler } from './update-credential.js'

const position = z.tuple([z.string()])

const listCredentialsHandler =
  (deps: CredentialDeps): Handler<Endpoints['listCredentials']> =>
  async ({ query }) => {
    const list = listName('listCredentials', query)
    const after = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)[0]
    const rows = await listSharedCredentials(deps.database, { connector: query.connector, after, limit: query.limit + 1 })
    const page = toPage(rows, query.limit, (last) => deps.tokens.encode(list, [last.name]))
    return {
      status: 200,
      body: { ...page, items: await Promise.all(page.items.map(async (item) => toCredentialView(item, await shownTargets(deps, item)))) },
    }
  }

const getCredentialHandler =
  (deps: CredentialDeps): Handler<Endpoints['getCredential']> =>
  async ({ params }) => {
    const credential = await findSharedCredential(deps.database, params.id)
    if (credential === null) throw credentialNotFound()
    const [users, targets] = await Promise.all([listCredentialUsers(deps.database, credential.id), shownTargets(deps, credential)])
    return { status: 200, body: toCredentialDetail(credential, users, targets) }
  }

const deleteCredentialHandler =
  (deps: CredentialDeps): Handler<Endpoints['deleteCredential']> =>
  async ({ params, actor }) => {
    const credential = await findSharedCredential(deps.database, params.id)
    if (credential === null || !(await deleteSharedCredential(deps.database, credential.id, actor))) throw credentialNotFound()
    return { status: 204 }
  }

export const createCredentialHandlers = (deps: CredentialDeps) => ({
  createCredential: createCredentialHandler(deps),
  listCredentials: listCredentialsHandler(deps),
  getCredential: getCredentialHandler(deps),
  updateCredential: updateCredentialHandler(deps),
  deleteCredential: deleteCredentialHandler(deps),
})
