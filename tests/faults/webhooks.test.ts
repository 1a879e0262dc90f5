import { createHmac, randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { createDatabase, createSource, type Database } from '@inlet/db'
import { freePort } from '@inlet/db/embedded'
import { parseKeyring, sealSecrets } from '@inlet/security'
import { createTestDatabase, type TestDatabase, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Cluster, type ClusterProcess, createCluster } from '../harness/cluster.js'

const SECRET = 'a secret of the sender'
const SENDERS = 8
const KILLS = 2
/** What an API answers that is not ready yet. */
const STARTING = 503

describe('pushed events while the API is killed', () => {
  let store: TestDatabase
  let database: Database
  let cluster: Cluster
  let port = 0
  let api: ClusterProcess

  const startApi = async (): Promise<void> => {
    api = await cluster.start('api', { PORT: String(port) })
    await until(async () => (await fetch(`http://127.0.0.1:${port}/ready`).catch(() => null))?.ok === true, { timeoutMs: 60_000 })
  }

  beforeAll(async () => {
    store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    database = createDatabase({ url: store.url, applicationName: 'test' })
    cluster = createCluster({ databaseUrl: store.url })
    port = await freePort()
    await Promise.all([cluster.start('worker'), cluster.start('scribe'), startApi()])
  })
  afterAll(async () => {
    await cluster?.close()
    await database?.close()
    await store?.drop()
  })

  const register = async (): Promise<string> => {
    const id = randomUUID()
    const sealedSecrets = sealSecrets(parseKeyring(cluster.encryptionKeys), { ownerId: id, version: 1 }, { signingSecret: SECRET })
    const config = { signature: { scheme: 'hmac', header: 'X-Signature', idHeader: 'X-Event-Id' } }
    await createSource(database, { id, name: id, connector: 'webhook', config, schedule: null, labels: {}, sealedSecrets }, 'test')
    return id
  }

  /** The status; 0 when there was no answer. */
  const push = async (source: string, id: string): Promise<number> => {
    const body = JSON.stringify({ id })
    const headers = {
      'content-type': 'application/json',
      'x-event-id': id,
      'x-signature': createHmac('sha256', SECRET).update(body).digest('hex'),
    }
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/hooks/${source}`, { method: 'POST', body, headers })
      await answer.arrayBuffer()
      return answer.status
    } catch {
      return 0
    }
  }

  it('each accepted one becomes one record, also when the answer was lost', async () => {
    const source = await register()
    const statuses = new Map<number, number>()
    const accepted = new Set<string>()
    let sending = true
    const senders = Array.from({ length: SENDERS }, async (_, s) => {
      for (let n = 0; sending; n++) {
        // As senders do: the same event again until it is taken.
        for (let status = 0; status < 200 || status > 299; ) {
          status = await push(source, `${s}-${n}`)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          if (status === 0 || status === STARTING) await setTimeout(20)
        }
        accepted.add(`${s}-${n}`)
      }
    })
    for (let kill = 0; kill < KILLS; kill++) {
      const before = accepted.size
      await until(() => accepted.size >= before + 300, { timeoutMs: 60_000 })
      await api.signal('SIGKILL')
      await startApi()
    }
    sending = false
    await Promise.all(senders)
    expect([...statuses.keys()].filter((status) => ![0, 200, 202, STARTING].includes(status))).toEqual([])
    expect(statuses.get(0)).toBeGreaterThan(0)
    const keys = await until(
      async () => {
        const { rows } = await database.pool.query<{ key: string }>('SELECT key FROM records WHERE source_id = $1 AND deleted_at IS NULL', [source])
        return rows.length >= accepted.size ? rows.map(({ key }) => key) : null
      },
      { timeoutMs: 60_000 },
    )
    expect(new Set(keys)).toEqual(accepted)
    expect(keys).toHaveLength(accepted.size)
    const { rows } = await database.pool.query(
      `SELECT count(*)::int AS n FROM runs WHERE source_id = $1 AND outcome NOT IN ('ok', 'ok_nothing_new')`,
      [source],
    )
    expect(rows).toEqual([{ n: 0 }])
  })
})
