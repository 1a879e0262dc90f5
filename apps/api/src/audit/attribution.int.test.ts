import { randomUUID } from 'node:crypto'
import { connectors } from '@inlet/connectors'
import { type Endpoint, endpoints } from '@inlet/contract'
import { createRun, ensureStreams } from '@inlet/db'
import { type EmbeddingServer, startEmbeddingServer, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, newSource, type Sending, startApi, type TestApi } from '../../testing/start-api.js'

/** What changes nothing that is kept, or is not the deed of a caller; each with the reason. */
const NOT_AUDITED: Readonly<Record<string, string>> = {
  checkSource: 'a worker looks at the source',
  previewSource: 'a worker reads some records',
  reviewDraft: 'a worker maps some records',
  testSource: 'a worker reads some records',
  testNewSource: 'a worker reads some records',
  importSettings: 'proposes settings',
  planRegistry: 'compares files with the sources',
  forgetBrowsed: 'drops cached listings',
  testNotification: 'sends a message that changes nothing',
  testSink: 'sends a message that changes nothing; recorded when it was sent',
  receiveHook: 'the sender signs it; the event itself is kept',
  deleteSession: 'signs out',
}

let api: TestApi
let embeddings: EmbeddingServer
let sql: (text: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>
beforeAll(async () => {
  embeddings = await startEmbeddingServer()
  api = await startApi({ config: { INLET_EGRESS_ALLOW: ['127.0.0.1'] }, connectors: connectors.filter(({ type }) => type === 'webhook') })
  sql = async (text, values = []) => (await api.database.pool.query(text, [...values])).rows
})
afterAll(async () => {
  await api.close()
  await embeddings.close()
})

const ANY = { 'if-match': '*' }
const source = async (changes: object = {}): Promise<string> => (await api.post('/v1/sources', newSource(changes))).body.id
const quarantined = async (): Promise<{ sourceId: string; id: string }> => {
  const sourceId = await source()
  await ensureStreams(api.database, sourceId, [{ name: 'rows', kind: 'row' }])
  const [row] = await sql(
    `INSERT INTO quarantine (source_id, run_id, stream, key, reason, message, raw, record)
     VALUES ($1, gen_random_uuid(), 'rows', '7', 'MAPPING_FAILED', 'bad', '{}', '{"stream":"rows","key":"7","kind":"row","data":{}}') RETURNING id::text`,
    [sourceId],
  )
  return { sourceId, id: String(row?.['id']) }
}
const drafted = async (): Promise<string> => {
  const id = await source()
  await api.send('PUT', `/v1/sources/${id}/draft`, { json: { config: { rows: 7 } }, headers: ANY })
  return id
}
const generation = async (): Promise<string> => (await api.post('/v1/search/generations', { url: embeddings.url, model: randomUUID() })).body.id
const activated = async (): Promise<string> => {
  const id = await generation()
  await api.post(`/v1/search/generations/${id}/activate`, { force: true })
  return id
}
const notification = () => ({ name: randomUUID(), url: 'https://hooks.example.com/x' })
const sink = () => ({ name: randomUUID(), url: 'https://lake.example.com/in' })
const credential = () => ({ name: `c-${randomUUID()}`, connector: 'toy', secrets: { password: 'twelve letters' } })
const csv = (text: string): Sending => ({ raw: text, headers: { 'content-type': 'text/csv' } })

type Act = (as: Sending) => Promise<Answer>
/** Prepares what a change needs, then returns the change. */
const TOUR: Readonly<Record<string, () => Promise<Act>>> = {
  createSource: async () => (as) => api.post('/v1/sources', newSource(), as),
  updateSource: async () => {
    const id = await source()
    return (as) => api.patch(`/v1/sources/${id}`, { labels: { a: 'b' } }, { ...as, headers: ANY })
  },
  deleteSource: async () => {
    const id = await source()
    return (as) => api.delete(`/v1/sources/${id}`, as)
  },
  ...Object.fromEntries(
    (['run', 'stop', 'restart', 'reload', 'pause', 'backfill', 'reset-cursor'] as const).map((action) => [
      action === 'reset-cursor' ? 'resetCursor' : `${action}Source`,
      async () => {
        const id = await source()
        await ensureStreams(api.database, id, [{ name: 'rows', kind: 'row' }])
        await sql(`UPDATE streams SET cursor = '{"at": 1}', cursor_epoch = 1, cursor_seq = 1 WHERE source_id = $1`, [id])
        return (as: Sending) => api.post(`/v1/sources/${id}/${action}`, {}, as)
      },
    ]),
  ),
  startSource: async () => {
    const id = await source()
    await api.post(`/v1/sources/${id}/stop`, {})
    return (as) => api.post(`/v1/sources/${id}/start`, {}, as)
  },
  resumeSource: async () => {
    const id = await source({ paused: true })
    return (as) => api.post(`/v1/sources/${id}/resume`, {}, as)
  },
  createBulkOperation: async () => {
    const id = await source()
    return async (as) => {
      const begun = await api.post('/v1/bulk-operations', { action: 'label', labels: { set: { a: 'b' } }, sources: [id] }, as)
      if (begun.status === 202) await until(async () => (await api.get(`/v1/bulk-operations/${begun.body.id}`)).body.doneAt !== null)
      return begun
    }
  },
  stopBulkOperation: async () => {
    const [row] = await sql(
      `INSERT INTO bulk_operations (action, actor, holder, held_until) VALUES ('pause', 'test', 'x', now() + interval '1 hour') RETURNING id`,
    )
    return (as) => api.post(`/v1/bulk-operations/${String(row?.['id'])}/stop`, undefined, as)
  },
  saveDraft: async () => {
    const id = await source()
    return (as) => api.send('PUT', `/v1/sources/${id}/draft`, { ...as, json: { config: { rows: 5 } }, headers: ANY })
  },
  deleteDraft: async () => {
    const id = await drafted()
    return (as) => api.delete(`/v1/sources/${id}/draft`, { ...as, headers: ANY })
  },
  publishDraft: async () => {
    const id = await drafted()
    return (as) => api.post(`/v1/sources/${id}/draft/publish`, { force: true }, { ...as, headers: ANY })
  },
  rollBack: async () => {
    const id = await drafted()
    await api.post(`/v1/sources/${id}/draft/publish`, { force: true }, { headers: ANY })
    return (as) => api.post(`/v1/sources/${id}/rollback`, { version: 1 }, as)
  },
  saveExample: async () => {
    const id = await source()
    return (as) =>
      api.send('PUT', `/v1/sources/${id}/examples/one`, { ...as, json: { stream: 'rows', record: { key: 'k', data: {} }, expected: [] } })
  },
  deleteExample: async () => {
    const id = await source()
    await api.send('PUT', `/v1/sources/${id}/examples/one`, { json: { stream: 'rows', record: { key: 'k', data: {} }, expected: [] } })
    return (as) => api.delete(`/v1/sources/${id}/examples/one`, as)
  },
  cancelRun: async () => {
    const run = await createRun(api.database.pool, { sourceId: await source(), trigger: 'manual' })
    return (as) => api.post(`/v1/runs/${run?.id}/cancel`, undefined, as)
  },
  retryQuarantined: async () => {
    const { id } = await quarantined()
    return (as) => api.post(`/v1/quarantine/${id}/retry`, undefined, as)
  },
  dropQuarantined: async () => {
    const { id } = await quarantined()
    return (as) => api.delete(`/v1/quarantine/${id}`, as)
  },
  retryQuarantine: async () => {
    const { sourceId } = await quarantined()
    return (as) => api.post(`/v1/sources/${sourceId}/quarantine/retry`, {}, as)
  },
  dropQuarantine: async () => {
    const { sourceId } = await quarantined()
    return (as) => api.post(`/v1/sources/${sourceId}/quarantine/drop`, {}, as)
  },
  createGeneration: async () => (as) => api.post('/v1/search/generations', { url: embeddings.url, model: randomUUID() }, as),
  updateGeneration: async () => {
    const id = await generation()
    return (as) => api.patch(`/v1/search/generations/${id}`, { weight: 0.7 }, as)
  },
  deleteGeneration: async () => {
    const id = await generation()
    return (as) => api.delete(`/v1/search/generations/${id}`, as)
  },
  activateGeneration: async () => {
    const id = await generation()
    return (as) => api.post(`/v1/search/generations/${id}/activate`, { force: true }, as)
  },
  rollBackGeneration: async () => {
    await activated()
    await activated()
    return (as) => api.post('/v1/search/generations/rollback', undefined, as)
  },
  createSink: async () => (as) => api.post('/v1/sinks', sink(), as),
  updateSink: async () => {
    const { body } = await api.post('/v1/sinks', sink())
    return (as) => api.patch(`/v1/sinks/${body.id}`, { active: false }, as)
  },
  deleteSink: async () => {
    const { body } = await api.post('/v1/sinks', sink())
    return (as) => api.delete(`/v1/sinks/${body.id}`, as)
  },
  createNotification: async () => (as) => api.post('/v1/notifications', notification(), as),
  updateNotification: async () => {
    const { body } = await api.post('/v1/notifications', notification())
    return (as) => api.patch(`/v1/notifications/${body.id}`, { active: false }, as)
  },
  deleteNotification: async () => {
    const { body } = await api.post('/v1/notifications', notification())
    return (as) => api.delete(`/v1/notifications/${body.id}`, as)
  },
  createUpload: async () => (as) => api.send('POST', '/v1/uploads?name=a.csv', { ...as, ...csv('a\n1\n') }),
  replaceUpload: async () => {
    const { body } = await api.send('POST', '/v1/uploads?name=a.csv', csv('a\n1\n'))
    return (as) => api.send('PUT', `/v1/uploads/${body.id}/content`, { ...as, ...csv('a\n2\n') })
  },
  deleteUpload: async () => {
    const { body } = await api.send('POST', '/v1/uploads?name=a.csv', csv('a\n1\n'))
    return (as) => api.delete(`/v1/uploads/${body.id}`, as)
  },
  replayHooks: async () => {
    const id = await source()
    await sql(`UPDATE sources SET connector = 'webhook' WHERE id = $1`, [id])
    return (as) => api.post(`/v1/sources/${id}/hooks/replay`, { from: '2026-01-01T00:00:00Z' }, as)
  },
  createKey: async () => (as) => api.post('/v1/keys', { name: randomUUID(), scopes: ['read'] }, as),
  deleteKey: async () => {
    const { id } = await api.addKey(['read'])
    return (as) => api.delete(`/v1/keys/${id}`, as)
  },
  createSessionLink: async () => (as) => api.post('/v1/session/link', {}, as),
  createCredential: async () => (as) => api.post('/v1/credentials', credential(), as),
  updateCredential: async () => {
    const { body } = await api.post('/v1/credentials', credential())
    return (as) => api.patch(`/v1/credentials/${body.id}`, { secrets: { password: 'other letters' } }, as)
  },
  deleteCredential: async () => {
    const { body } = await api.post('/v1/credentials', credential())
    return (as) => api.delete(`/v1/credentials/${body.id}`, as)
  },
  rotateKeys: async () => {
    await sql(`DELETE FROM settings WHERE value::text LIKE '%startedAt%'`)
    return (as) => api.post('/v1/encryption/rotate', {}, as)
  },
  createSession: async () => (as) => api.post('/v1/sign-in', { key: as.key }, { key: null }),
}

const changing = Object.entries<Endpoint>(endpoints).filter(([id, { method }]) => method !== 'get' && !Object.hasOwn(NOT_AUDITED, id))
const rows = (): Promise<Record<string, unknown>[]> => sql('SELECT actor, action FROM audit ORDER BY id')

describe('every change', () => {
  it('is listed here, or leaves nothing to attribute', () => {
    expect(changing.map(([id]) => id).filter((id) => !Object.hasOwn(TOUR, id))).toEqual([])
    expect(Object.keys(TOUR).filter((id) => !changing.some(([name]) => name === id))).toEqual([])
  })

  it.each(Object.keys(TOUR))('%s is recorded with the key that made it', async (id) => {
    const act = await TOUR[id]?.()
    const { id: keyId, key } = await api.addKey(['admin'])
    const before = await rows()
    const answer = await act?.({ key })
    expect([answer?.status, answer?.text]).toEqual([expect.toSatisfy((status: number) => status < 300), expect.anything()])
    const added = (await rows()).slice(before.length)
    expect(added.length).toBeGreaterThan(0)
    expect(new Set(added.map(({ actor }) => actor))).toEqual(new Set([`key:${keyId}`]))
  })

  // Times of use, and what a request notes about itself before it changes anything.
  const BESIDE = new Set(['api_keys', 'audit', 'idempotency_keys', 'upload_chunks', 'arriving_uploads', '_prisma_migrations'])
  const state = async (): Promise<Readonly<Record<string, unknown>>> => {
    const tables = await sql(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`)
    const found: Record<string, unknown> = {}
    for (const { name } of tables.filter((table) => !BESIDE.has(String(table['name']))))
      found[String(name)] = (await sql(`SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS hash FROM "${String(name)}" t`))[0]?.[
        'hash'
      ]
    return found
  }

  it.each(Object.keys(TOUR))('%s does not happen if it cannot be recorded', async (id) => {
    const act = await TOUR[id]?.()
    const { key } = await api.addKey(['admin'])
    const before = await state()
    await sql(`CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no more paper'; END $$`)
    await sql('CREATE TRIGGER refuse_audit BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION refuse_audit()')
    const answer = await act?.({ key })
    await sql('DROP FUNCTION refuse_audit CASCADE')
    expect(answer?.status).toBe(500)
    expect(await state()).toEqual(before)
  })

  it('stays recorded: no statement changes or empties the log', async () => {
    await expect(sql('DELETE FROM audit')).rejects.toThrow('append-only')
    await expect(sql(`UPDATE audit SET actor = 'system'`)).rejects.toThrow('append-only')
    await expect(sql('TRUNCATE audit')).rejects.toThrow('append-only')
  })
})
