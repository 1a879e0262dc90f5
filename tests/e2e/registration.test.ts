import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { type Connector, defineConnector, Failure } from '@inlet/connector-sdk'
import { createLogger, createSecretRegistry } from '@inlet/observability'
import { composeScribe } from '@inlet/scribe/compose'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Answer, expectContract, problemOf, startApi, type TestApi } from '../../apps/api/testing/start-api.js'
import { composeWorker } from '../../apps/worker/src/compose.js'

const TOKEN = 'canary-of-the-shelf'

/** What the shelf holds, and what was asked of it. */
const shelf = {
  items: new Map<string, Buffer>(),
  opened: 0,
  open: [] as string[],
  lists: 0,
  told: 0,
  fetched: 0,
  tokens: new Set<string | undefined>(),
}

const find = (name: string): Buffer => {
  const item = shelf.items.get(name)
  if (item === undefined) throw new Failure('NOT_FOUND_UPSTREAM', `there is no ${name} on the shelf`)
  return item
}
const toItem = (name: string) => ({ name, path: name, directory: false, size: shelf.items.get(name)?.length ?? 0, metadata: { shelf: 'left' } })

/** Whoever may connect finds a shelf with items. */
const shelfConnector: Connector = defineConnector({
  type: 'shelf',
  version: '1.0.0',
  title: 'Shelf',
  description: 'Has items.',
  configSchema: z.strictObject({ room: z.string().default('hall').describe('Where it stands.') }),
  secretSchema: z.strictObject({ token: z.string().optional().describe('Opens the door.') }),
  streams: async () => [{ name: 'items', kind: 'document' as const, incremental: false, deletes: 'none' as const }],
  connect: async (ctx) => {
    shelf.opened += 1
    shelf.open.push(ctx.sourceId)
    shelf.tokens.add(ctx.secrets.token)
    writeFileSync(path.join(ctx.workDir, 'note'), 'was here')
    return { [Symbol.asyncDispose]: async () => void shelf.open.splice(shelf.open.indexOf(ctx.sourceId), 1) }
  },
  check: async () => {
    if (!shelf.tokens.has(TOKEN)) throw new Failure('AUTH_FAILED', 'the door stays shut')
  },
  async *read(_connection, { stream }) {
    yield { records: [...shelf.items.keys()].map((key) => ({ stream, key, kind: 'document' as const, title: key, data: {} })) }
  },
  browse: {
    async *list() {
      shelf.lists += 1
      yield [{ name: 'box', path: 'box/', directory: true }, ...[...shelf.items.keys()].map(toItem)]
    },
    metadata: async (_connection, name) => {
      shelf.told += 1
      if (name === 'box/') return { name: 'box', path: name, directory: true }
      find(name)
      return name === 'liar' ? { ...toItem(name), size: 1 } : toItem(name)
    },
    fetch: async (_connection, name) => {
      shelf.fetched += 1
      return Readable.from([find(name)])
    },
  },
})

describe('a source from its registration to its end', () => {
  let api: TestApi
  let workDir: string
  const closers: (() => unknown)[] = []
  beforeAll(async () => {
    api = await startApi({ connectors: [shelfConnector] })
    workDir = mkdtempSync(path.join(tmpdir(), 'inlet-work-'))
    const common = {
      DATABASE_URL: api.store.url,
      REDIS_URL: undefined,
      LOG_LEVEL: 'warn' as const,
      INLET_QUEUE_PREFIX: 'inlet',
      INLET_LEASE_TTL_MS: 15_000,
    }
    const log = createLogger({ level: 'silent', name: 'test' })
    const { signal } = new AbortController()
    const scribe = await composeScribe(
      { ...common, INLET_SCRIBE_CONCURRENCY: 1, INLET_SCRIBE_OPS_HOST: '127.0.0.1', INLET_SCRIBE_OPS_PORT: 0 },
      { log, signal },
    )
    const worker = await composeWorker(
      {
        ...common,
        INLET_ENCRYPTION_KEYS: api.keyring,
        INLET_EGRESS_ALLOW: [],
        INLET_CONNECTORS: [],
        INLET_FILE_ROOTS: [],
        INLET_SINGER_TAPS: new Map(),
        INLET_WORK_DIR: workDir,
        INLET_CHROMIUM_SANDBOX: 'auto',
        INLET_CHROMIUM_PAGES: 4,
        INLET_CHROMIUM_MEMORY_BYTES: 1_073_741_824,
        INLET_WORKER_CONCURRENCY: 2,
        INLET_WORKER_INFLIGHT_BYTES: 33_554_432,
        INLET_SCRIBE_BACKLOG_BYTES: 67_108_864,
        INLET_WORKER_OPS_HOST: '127.0.0.1',
        INLET_WORKER_OPS_PORT: 0,
      },
      { log, secrets: createSecretRegistry(), signal },
      { findConnector: () => shelfConnector, sweeping: { everyMs: 100, idleMs: 0 } },
    )
    closers.push(
      () => worker.close(),
      () => scribe.close(),
      () => api.close(),
      () => rmSync(workDir, { recursive: true, force: true }),
    )
  })
  afterAll(async () => {
    for (const close of closers) await close()
  })
  beforeEach(() => {
    Object.assign(shelf, { opened: 0, lists: 0, told: 0, fetched: 0 })
    shelf.tokens.clear()
    shelf.items = new Map([
      ['a.txt', Buffer.from('alpha')],
      ['b.txt', Buffer.from('beta')],
    ])
  })

  const body = (changes: object = {}) => ({ name: randomUUID(), connector: 'shelf', config: {}, runNow: false, ...changes })
  const register = async (changes: object = {}): Promise<string> => {
    const answer = await api.post('/v1/sources', body(changes))
    expect([answer.status, answer.text]).toEqual([201, answer.text])
    return answer.body.id
  }
  const change = async (id: string, json: object): Promise<Answer> => api.patch(`/v1/sources/${id}`, json, { headers: { 'if-match': '*' } })
  const browse = (id: string, rest = ''): Promise<Answer> => api.get(`/v1/sources/${id}/browse${rest}`)
  const states = async (...answers: readonly Promise<Answer>[]): Promise<readonly string[]> => {
    const all: string[] = []
    for (const answer of answers) all.push((await answer).body.cache.state)
    return all
  }

  describe('registration', () => {
    it('connects first when asked to, and saves nothing that does not work', async () => {
      const bad = await api.post('/v1/sources?check=true', body({ slug: 'checked', secrets: { token: 'wrong' } }))
      expect(problemOf(bad)[1]).toBe('AUTH_FAILED')
      expect((await api.get('/v1/sources/checked')).status).toBe(404)
      const good = await api.post('/v1/sources?check=true', body({ slug: 'checked', secrets: { token: TOKEN } }))
      expectContract(good, 'createSource')
      expect(good.body).toMatchObject({ slug: 'checked', checked: true })
      expect(shelf.opened).toBe(2)
    })

    it('asks nobody otherwise', async () => {
      const answer = await api.post('/v1/sources', body({ secrets: { token: 'wrong' } }))
      expect([answer.status, answer.body.checked, shelf.opened]).toEqual([201, false, 0])
    })

    it('refuses a taken slug, a taken name and a connector nobody has', async () => {
      const taken = body({ slug: 'taken' })
      expect((await api.post('/v1/sources', taken)).status).toBe(201)
      expect(problemOf(await api.post('/v1/sources', body({ slug: 'taken' })))).toEqual([409, 'ID_TAKEN'])
      expect(problemOf(await api.post('/v1/sources', body({ name: taken.name.toUpperCase() })))).toEqual([409, 'NAME_TAKEN'])
      expect(problemOf(await api.post('/v1/sources', body({ connector: 'cupboard' })))).toEqual([422, 'UNKNOWN_CONNECTOR'])
    })

    it('encrypts secrets, decrypts them where they are used, and shows only that they are set', async () => {
      const id = await register({ secrets: { token: TOKEN }, config: { room: 'attic' } })
      await browse(id)
      expect([...shelf.tokens]).toEqual([TOKEN])
      const shown = await api.get(`/v1/sources/${id}`)
      expect(shown.body).toMatchObject({ config: { room: 'attic' }, secrets: { token: { set: true, updatedAt: expect.any(String) } } })
      expect(shown.text).not.toContain(TOKEN)
      const stored = await api.database.pool.query<{ sealed: object }>('SELECT sealed FROM credentials WHERE source_id = $1', [id])
      expect(stored.rows).toHaveLength(1)
      expect(JSON.stringify(stored.rows)).not.toContain(TOKEN)
    })
  })

  describe('connections', () => {
    const run = async (id: string): Promise<void> => {
      const { runId } = (await api.post(`/v1/sources/${id}/run`)).body
      const ended = await until(async () => {
        const { body: now } = await api.get(`/v1/runs/${runId}`)
        return now.status === 'ended' ? now : null
      })
      expect(ended).toMatchObject({ outcome: expect.stringMatching(/^ok/) })
    }

    it('are reused, opened again after a reload, a new version and new secrets, and closed with the source', async () => {
      const id = await register()
      await run(id)
      await run(id)
      expect([shelf.opened, shelf.open]).toEqual([1, [id]])
      await api.post(`/v1/sources/${id}/reload`)
      await until(() => !shelf.open.includes(id))
      await run(id)
      expect(shelf.opened).toBe(2)
      await change(id, { config: { room: 'cellar' } })
      await change(id, { secrets: { token: 'another' } })
      await run(id)
      expect(shelf.tokens).toContain('another')
      await api.delete(`/v1/sources/${id}`)
      await until(() => !shelf.open.includes(id))
    })
  })

  describe('browsing', () => {
    it('asks the source once, and says how old the answer is', async () => {
      const id = await register()
      const first = await browse(id)
      expectContract(first, 'browseSource')
      expect(first.body.items.map(({ path: place }: { path: string }) => place)).toEqual(['box/', 'a.txt', 'b.txt'])
      expect(first.body.cache.state).toBe('miss')
      shelf.items.delete('b.txt')
      const second = await browse(id)
      expect(second.body).toEqual({ ...first.body, cache: { ...first.body.cache, state: 'hit' } })
      expect(Date.parse(second.body.cache.expiresAt) - Date.parse(second.body.cache.fetchedAt)).toBe(300_000)
      expect(await states(browse(id, '?limit=1'), browse(id, '?path=box/'))).toEqual(['miss', 'miss'])
      const fresh = await browse(id, '?refresh=true')
      expect([fresh.body.items.length, fresh.body.cache.state]).toEqual([2, 'refreshed'])
      expect([(await browse(id)).body.items.length, shelf.lists]).toEqual([2, 4])
    })

    it('tells of an item, and keeps that, too', async () => {
      const id = await register()
      const about = await browse(id, '/metadata?path=a.txt')
      expectContract(about, 'describeItem')
      expect(about.body).toMatchObject({ name: 'a.txt', size: 5, directory: false, metadata: { shelf: 'left' }, cache: { state: 'miss' } })
      expect(await states(browse(id, '/metadata?path=a.txt'), browse(id, '/metadata?path=b.txt'))).toEqual(['hit', 'miss'])
      expect(problemOf(await browse(id, '/metadata?path=none'))).toEqual([404, 'NOT_FOUND'])
      expect(problemOf(await browse(id, '/metadata'))).toEqual([422, 'VALIDATION_FAILED'])
    })

    it.each<[string, (id: string) => Promise<unknown>]>([
      ['time', (id) => api.database.pool.query('UPDATE browsed_items SET expires_at = now() WHERE source_id = $1', [id])],
      ['clearing', (id) => api.delete(`/v1/sources/${id}/browse/cache`)],
      ['a new version', (id) => change(id, { config: { room: 'garden' } })],
      ['new secrets', (id) => change(id, { secrets: { token: TOKEN } })],
      ['a reload', (id) => api.post(`/v1/sources/${id}/reload`)],
    ])('%s ends what was kept', async (_name, end) => {
      const id = await register()
      const ask = () => states(browse(id), browse(id, '/metadata?path=a.txt'))
      await ask()
      expect(await ask()).toEqual(['hit', 'hit'])
      await end(id)
      expect(await ask()).toEqual(['miss', 'miss'])
    })

    it('says how much was cleared, and needs the right key for it', async () => {
      const id = await register()
      await browse(id)
      await browse(id, '/metadata?path=a.txt')
      expect((await api.delete(`/v1/sources/${id}/browse/cache`, { key: api.keys.read })).status).toBe(403)
      const cleared = await api.delete(`/v1/sources/${id}/browse/cache`)
      expectContract(cleared, 'forgetBrowsed')
      expect([cleared.body, (await api.delete(`/v1/sources/${id}/browse/cache`)).body]).toEqual([{ forgotten: 2 }, { forgotten: 0 }])
    })

    it('keeps a bounded number of answers of a source', async () => {
      const id = await register()
      await api.database.pool.query(
        `INSERT INTO browsed_items (source_id, view, key, stamp, answer, expires_at, fetched_at)
         SELECT $1, 'list', sha256(n::text::bytea), '', '{}', now() + interval '1 hour', now() - interval '1 minute' FROM generate_series(1, 1200) n`,
        [id],
      )
      await browse(id)
      const { rows } = await api.database.pool.query('SELECT count(*)::int AS n FROM browsed_items WHERE source_id = $1', [id])
      expect(rows[0].n).toBe(1_000)
      expect(await states(browse(id))).toEqual(['hit'])
    })
  })

  describe('fetching', () => {
    const content = async (id: string, name: string, headers: Record<string, string> = {}, rest = '') => {
      const response = await fetch(`${api.url}/v1/sources/${id}/browse/content?path=${encodeURIComponent(name)}${rest}`, {
        headers: { authorization: `Bearer ${api.keys.write}`, ...headers },
      })
      return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
    }

    it('streams the bytes, whole and in part, and brings them once', async () => {
      const big = Buffer.from(Array.from({ length: 2_500_000 }, (_, n) => n % 251))
      shelf.items.set('übung ".bin', big)
      const id = await register()
      const whole = await content(id, 'übung ".bin')
      expect([whole.status, whole.bytes.equals(big), whole.headers.get('x-inlet-cache')]).toEqual([200, true, 'miss'])
      expect(whole.headers.get('content-disposition')).toBe(`attachment; filename="_bung _.bin"; filename*=UTF-8''%C3%BCbung%20%22.bin`)
      expect(whole.headers.get('content-security-policy')).toContain('sandbox')
      const part = await content(id, 'übung ".bin', { range: 'bytes=1048570-1048585' })
      expect([part.status, part.headers.get('content-range'), part.bytes.equals(big.subarray(1_048_570, 1_048_586))]).toEqual([
        206,
        'bytes 1048570-1048585/2500000',
        true,
      ])
      expect((await content(id, 'übung ".bin', { range: 'bytes=-3' })).bytes).toEqual(big.subarray(-3))
      expect((await content(id, 'übung ".bin', { range: 'bytes=2500000-' })).status).toBe(416)
      const etag = whole.headers.get('etag') ?? ''
      expect((await content(id, 'übung ".bin', { 'if-none-match': etag })).status).toBe(304)
      expect((await content(id, 'übung ".bin', { range: 'bytes=0-1', 'if-range': '"old"' })).status).toBe(200)
      expect(shelf.fetched).toBe(1)
      shelf.items.set('übung ".bin', Buffer.from('new'))
      const fresh = await content(id, 'übung ".bin', {}, '&refresh=true')
      expect([fresh.bytes.toString(), fresh.headers.get('x-inlet-cache')]).toEqual(['new', 'refreshed'])
      expect((await content(id, 'übung ".bin')).bytes.toString()).toBe('new')
    })

    it('fetches what is empty', async () => {
      shelf.items.set('empty', Buffer.alloc(0))
      const { status, bytes } = await content(await register(), 'empty')
      expect([status, bytes.length]).toEqual([200, 0])
    })

    it('refuses what is too large, whatever the source says of it, and leaves nothing behind', async () => {
      const id = await register()
      for (const name of ['large', 'liar']) {
        shelf.items.set(name, Buffer.alloc(3_000_001))
        const answer = await browse(id, `/content?path=${name}`)
        expect(problemOf(answer)).toEqual([413, 'PAYLOAD_TOO_LARGE'])
        expect(answer.body.next).toContain('INLET_BROWSE_MAX_BYTES')
      }
      const { rows } = await api.database.pool.query('SELECT count(*)::int AS n FROM browsed_chunks')
      expect(rows[0].n).toBe(
        (await api.database.pool.query("SELECT coalesce(sum(ceil(size / 1048576.0)), 0)::int AS n FROM browsed_items WHERE view = 'content'")).rows[0]
          .n,
      )
    })

    it('refuses folders, what is not there, and keys that may only read', async () => {
      const id = await register()
      expect(problemOf(await browse(id, '/content?path=box/'))).toEqual([422, 'NOT_A_REGULAR_FILE'])
      expect(problemOf(await browse(id, '/content?path=none'))).toEqual([404, 'NOT_FOUND'])
      expect((await api.get(`/v1/sources/${id}/browse/content?path=a.txt`, { key: api.keys.read })).status).toBe(403)
    })

    it('leaves a reader of the old content in peace', async () => {
      const old = Buffer.alloc(2_900_000, 'o')
      shelf.items.set('slow', old)
      const id = await register()
      await content(id, 'slow')
      const reading = await fetch(`${api.url}/v1/sources/${id}/browse/content?path=slow`, { headers: { authorization: `Bearer ${api.keys.write}` } })
      shelf.items.set('slow', Buffer.from('new'))
      expect((await content(id, 'slow', {}, '&refresh=true')).bytes.toString()).toBe('new')
      expect(Buffer.from(await reading.arrayBuffer()).equals(old)).toBe(true)
    })
  })

  it('frees everything when it is removed', async () => {
    const id = await register({ schedule: { cron: '0 0 1 1 *' }, secrets: { token: TOKEN } })
    await browse(id)
    await api.get(`/v1/sources/${id}/browse/content?path=a.txt`)
    expect(existsSync(path.join(workDir, id))).toBe(true)
    expect((await api.delete(`/v1/sources/${id}`)).status).toBe(202)
    expect((await browse(id)).status).toBe(404)
    const { rows: tables } = await api.database.pool.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'source_id'`,
    )
    const left = async (): Promise<readonly string[]> => {
      const found: string[] = []
      for (const { name } of tables)
        if (((await api.database.pool.query(`SELECT FROM ${name} WHERE source_id = $1`, [id])).rowCount ?? 0) > 0) found.push(name)
      return found
    }
    // Not at the next quarter of a minute, but now.
    await api.queues.enqueueMaintenance('reconcile', 1)
    await until(async () => (await left()).length === 0)
    await until(() => !existsSync(path.join(workDir, id)))
    expect([shelf.open.includes(id), (await api.queues.listSchedules()).filter(({ sourceId }) => sourceId === id)]).toEqual([false, []])
  })
})
