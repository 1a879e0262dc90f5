import type { Endpoints } from '@inlet/contract'
import { findSourceId, forgetBrowsed } from '@inlet/db'
import type { Handler } from '../http/reply.js'
import { sourceNotFound } from '../sources/source-not-found.js'
import type { BrowseDeps } from './browse-deps.js'

export const forgetBrowsedHandler =
  ({ database }: BrowseDeps): Handler<Endpoints['forgetBrowsed']> =>
  async ({ params }) => {
    const id = await findSourceId(database, params.id)
    if (id === null) throw sourceNotFound()
    return { status: 200, body: { forgotten: await forgetBrowsed(database, id) } }
  }
