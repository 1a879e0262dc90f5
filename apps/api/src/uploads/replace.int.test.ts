import { createHash } from 'node:crypto'
import net from 'node:net'
import type { Readable } from 'node:stream'
import { openUpload, removeAbandonedUploads } from '@inlet/db'
import { until } from '@inlet/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, expectContract, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
let id: string
const octets = { 'content-type': 'application/octet-stream' }
const MB = 1_048_576
const FIRST = Buffer.alloc(6 * MB + 3, 'a')
const SECOND = Buffer.alloc(3 * MB, 'b')
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

beforeEach(async () => {
  api = await startApi({ config: { INLET_UPLOAD_MAX_BYTES: 7 * MB } })
  id = (await api.send('POST', '/v1/uploads?name=data.csv', { raw: FIRST, headers: octets, key: api.keys.write })).body.id
})
afterEach(() => api.close())

const replace = (raw: string | Uint8Array, more: { query?: string; key?: string } = {}): Promise<Answer> =>
  api.send('PUT', `/v1/uploads/${id}/content${more.query ?? ''}`, { raw, headers: octets, key: more.key ?? api.keys.write })
const read = async (stream: Readable): Promise<Buffer> => {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}
const content = async (): Promise<Buffer> => read((await openUpload(api.database, id)).stream)
const query = async <T extends object>(sql: string): Promise<T[]> => (await api.database.pool.query<T>(sql)).rows
const countContents = async (): Promise<number> =>
  (await query<{ n: number }>('SELECT count(DISTINCT upload_id)::int AS n FROM upload_chunks'))[0]?.n ?? 0

describe('the content of an upload', () => {
  it('is replaced under the same id, and the change is in the audit trail', async () => {
    const answer = await replace(SECOND)
    expectContract(answer, 'replaceUpload')
    expect(answer.body).toMatchObject({ id, name: 'data.csv', size: SECOND.length, sha256: sha256(SECOND), replacedAt: expect.any(String) })
    expect((await content()).equals(SECOND)).toBe(true)
    expect((await replace('c', { query: '?name=other.csv' })).body).toMatchObject({ name: 'other.csv', size: 1 })
    expect((await content()).toString()).toBe('c')
    expect(await query(`SELECT target_id AS id FROM audit WHERE action = 'upload.replace' AND before_hash <> after_hash`)).toEqual([{ id }, { id }])
  })

  it('stays as it is when the same bytes come again', async () => {
    expect((await replace(FIRST)).body).toMatchObject({ replacedAt: null, size: FIRST.length })
    expect((await replace(FIRST, { query: '?name=renamed.csv' })).body).toMatchObject({ name: 'renamed.csv', replacedAt: null })
    expect((await content()).equals(FIRST)).toBe(true)
    expect(await countContents()).toBe(1)
  })

  it('is read to its end by a reader that began before, and goes an hour later', async () => {
    const { stream } = await openUpload(api.database, id)
    const pieces = stream[Symbol.asyncIterator]()
    let rest = (await pieces.next()).value.length
    await replace(SECOND)
    for (let step = await pieces.next(); step.done !== true; step = await pieces.next()) rest += step.value.length
    expect(rest).toBe(FIRST.length)
    expect(await removeAbandonedUploads(api.database)).toBe(0)
    await api.database.pool.query(`UPDATE uploads SET replaced_at = now() - interval '61 minutes'`)
    expect(await removeAbandonedUploads(api.database)).toBeGreaterThan(1)
    expect((await content()).equals(SECOND)).toBe(true)
    expect(await countContents()).toBe(1)
  })

  it('keeps one earlier content, however often it is replaced, and none after its deletion', async () => {
    for (const text of ['1', '2', '3']) await replace(text)
    expect(await countContents()).toBe(2)
    await api.delete(`/v1/uploads/${id}`)
    expect(await countContents()).toBe(0)
  })

  it('fails for a reader that it is taken away from, instead of ending early', async () => {
    const { stream } = await openUpload(api.database, id)
    const pieces = stream[Symbol.asyncIterator]()
    await pieces.next()
    await api.delete(`/v1/uploads/${id}`)
    const readOn = async (): Promise<void> => {
      while ((await pieces.next()).done !== true);
    }
    await expect(readOn()).rejects.toMatchObject({ reason: 'NOT_FOUND_UPSTREAM', message: expect.stringContaining('while it was read') })
  })

  it('stays when the new one is refused', async () => {
    expect(problemOf(await replace(''))).toEqual([422, 'EMPTY_FILE'])
    expect(problemOf(await replace(Buffer.alloc(7 * MB + 70_000)))).toEqual([413, 'PAYLOAD_TOO_LARGE'])
    expect(problemOf(await replace('x', { key: api.keys.read }))).toEqual([403, 'FORBIDDEN'])
    for (const name of ['..', 'a%2Fb', 'a%5Cb', 'a%00b', 'a%E2%80%AEb', '%0A'])
      expect(problemOf(await replace('x', { query: `?name=${name}` }))).toEqual([422, 'VALIDATION_FAILED'])
    expect((await content()).equals(FIRST)).toBe(true)
    expect(await countContents()).toBe(1)
    const gone = id
    id = '00000000-0000-4000-8000-0000000000a1'
    expect(problemOf(await replace('x'))).toEqual([404, 'NOT_FOUND'])
    id = gone
  })

  it('stays when the disk of the database is full, and so does nothing of the new one', async () => {
    await api.database.pool.query(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.n >= 2 THEN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON upload_chunks FOR EACH ROW EXECUTE FUNCTION full_disk()`)
    const fresh = await api.send('POST', '/v1/uploads?name=x', { raw: SECOND, headers: octets, key: api.keys.write })
    for (const answer of [await replace(SECOND), fresh]) {
      expect(problemOf(answer)).toEqual([507, 'DISK_FULL'])
      expect(answer.body).toMatchObject({ detail: 'the disk of the database is full', next: expect.stringContaining('An operator has to free') })
    }
    expect((await content()).equals(FIRST)).toBe(true)
    expect([await countContents(), ...(await query('SELECT id FROM arriving_uploads'))]).toEqual([1])
  })

  it('stays when the sender goes away half-way', async () => {
    const socket = net.connect(Number(new URL(api.url).port), '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write(
      `PUT /v1/uploads/${id}/content HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.keys.write}\r\ncontent-type: text/csv\r\ncontent-length: 7000000\r\n\r\n`,
    )
    socket.write(Buffer.alloc(1_500_000, 1))
    await until(async () => (await countContents()) === 2)
    socket.destroy()
    await until(async () => (await countContents()) === 1)
    expect((await content()).equals(FIRST)).toBe(true)
    expect(await query('SELECT id FROM arriving_uploads')).toEqual([])
  })

  it('is one of both when two replace it at once', async () => {
    const answers = await Promise.all([replace(Buffer.alloc(MB, 'x')), replace(Buffer.alloc(MB, 'y'))])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const bytes = await content()
    expect([sha256(Buffer.alloc(MB, 'x')), sha256(Buffer.alloc(MB, 'y'))]).toContain(sha256(bytes))
    expect((await api.get(`/v1/uploads/${id}`)).body.sha256).toBe(sha256(bytes))
    expect(await countContents()).toBe(2)
  })
})

it('counts against the key that made it, without the bytes that are replaced', async () => {
  await api.close()
  api = await startApi({ config: { INLET_MAX_UPLOAD_BYTES_PER_KEY: 100 } })
  const other = (await api.addKey(['write'])).key
  id = (await api.send('POST', '/v1/uploads?name=a', { raw: 'x'.repeat(100), headers: octets, key: api.keys.write })).body.id
  expect((await replace('y'.repeat(100))).status).toBe(200)
  expect(problemOf(await replace('y'.repeat(101), { key: other }))).toEqual([413, 'PAYLOAD_TOO_LARGE'])
})
