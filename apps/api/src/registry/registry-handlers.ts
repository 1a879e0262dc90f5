import type { Endpoints } from '@inlet/contract'
import { findNameHolders, listDefinitions } from '@inlet/db'
import { nameKey } from '@inlet/domain'
import { z } from 'zod'
import { listName, toPage } from '../http/page-token.js'
import type { Handler } from '../http/reply.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { planSource, toDefinition } from './plan-source.js'

const position = z.tuple([z.string()])
const REDACT_MS = 300_000

const listRegistryHandler =
  (deps: SourceDeps): Handler<Endpoints['listRegistry']> =>
  async ({ query }) => {
    const list = listName('listRegistry', query)
    const after = query.cursor === undefined ? null : (deps.tokens.decode(list, query.cursor, position)[0] ?? null)
    const rows = await listDefinitions(deps.database, { managedBy: query.managedBy, after, limit: query.limit + 1 })
    const page = toPage(rows, query.limit, ({ slug }) => deps.tokens.encode(list, [slug]))
    const items = page.items.map((stored) => ({
      id: stored.id,
      revision: stored.revision,
      managedBy: stored.managedBy,
      secrets: stored.secretFields,
      definition: toDefinition(stored),
    }))
    return { status: 200, body: { items, nextCursor: page.nextCursor } }
  }

const planRegistryHandler =
  (deps: SourceDeps): Handler<Endpoints['planRegistry']> =>
  async ({ body, actor, principal }) => {
    const { sources, owner, resendSecrets } = body
    for (const { secrets } of sources) deps.secrets.add(secrets, REDACT_MS)
    const slugs = sources.map(({ slug }) => slug)
    const [stored, nameHolders] = await Promise.all([
      listDefinitions(deps.database, { slugs, limit: slugs.length }),
      findNameHolders(
        deps.database,
        sources.map(({ name }) => nameKey(name)),
      ),
    ])
    const bySlug = new Map(stored.map((row) => [row.slug, row]))
    const items = await Promise.all(
      sources.map((given) =>
        planSource(deps, given, { stored: bySlug.get(given.slug), nameHolders, owner, resendSecrets, asker: { actor, principal } }),
      ),
    )
    return { status: 200, body: { items } }
  }

export const createRegistryHandlers = (deps: SourceDeps) => ({
  listRegistry: listRegistryHandler(deps),
  planRegistry: planRegistryHandler(deps),
})
