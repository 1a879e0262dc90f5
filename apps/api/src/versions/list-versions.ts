import type { Endpoints } from '@inlet/contract'
import { listVersions } from '@inlet/db'
import { z } from 'zod'
import { listName } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import { toPage } from '../http/to-page.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { getSourceId } from './get-source-of.js'
import { toVersionView } from './to-version-view.js'

const position = z.tuple([z.int()])

export const listVersionsHandler =
  (deps: SourceDeps): Handler<Endpoints['listVersions']> =>
  async ({ params, query }) => {
    const sourceId = await getSourceId(deps, params.id)
    const list = listName('listVersions', { ...query, sourceId })
    const before = query.cursor === undefined ? null : deps.tokens.decode(list, query.cursor, position)[0]
    const rows = await listVersions(deps.database, { sourceId, number: query.number, before, limit: query.limit + 1 })
    return { status: 200, body: toPage(rows.map(toVersionView), query.limit, (last) => deps.tokens.encode(list, [last.number])) }
  }
