import type { Endpoints } from '@inlet/contract'
import { getContent } from '@inlet/db'
import { diffContent } from '@inlet/domain'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from '../sources/source-deps.js'
import { getSourceId } from './get-source-of.js'

export const diffVersionsHandler =
  (deps: SourceDeps): Handler<Endpoints['diffVersions']> =>
  async ({ params, query: { from, to } }) => {
    const sourceId = await getSourceId(deps, params.id)
    const [before, after] = await Promise.all([from, to].map((which) => getContent(deps.database, sourceId, toWhich(which))))
    return { status: 200, body: { from, to, changes: diffContent(before, after) } }
  }

const toWhich = (text: string): number | 'live' | 'draft' => (text === 'live' || text === 'draft' ? text : Number(text))
