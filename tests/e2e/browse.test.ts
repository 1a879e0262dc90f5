import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, expectContract, problemOf, type TestApi } from '../../apps/api/testing/start-api.js'
import { fillShelf, type ShelfStack, shelf, startShelf, TOKEN } from '../harness/shelf.js'

describe('looking into a source', () => {
  let stack: ShelfStack
  let api: TestApi
  beforeAll(async () => {
    stack = await startShelf()
    api = stack.api
  })
  afterAll(() => stack.close())
  beforeEach(fillShelf)
  const register: ShelfStack['register'] = (changes) => stack.register(changes)
  const browse: ShelfStack['browse'] = (id, rest) => stack.browse(id, rest)
  const change: ShelfStack['change'] = (id, json) => stack.change(id, json)
  const states = async (...answers: readonly Promise<Answer>[]): Promise<readonly string[]> => {
    const all: string[] = []
    for (const answer of answers) all.push((await answer).body.cache.state)
    return all
  }

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

    it('reports an item, and keeps that, too', async () => {
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
})
