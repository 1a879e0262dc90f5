import { createHash } from 'node:crypto'
import net from 'node:net'
import { openUpload, removeAbandonedUploads } from '@inlet/db'
import { until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectContract, problemOf, startApi, type TestApi } from '../../testing/start-api.js'

let api: TestApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

const bytes = Buffer.from(Array.from({ length: 2_500_000 }, (_, n) => n % 251))
const octets = { 'content-type': 'application/octet-stream' }
const formOf = (content: string, name = 'data.csv'): FormData => {
  const form = new FormData()
  form.append('note', 'first')
  form.append('file', new Blob([content], { type: 'text/csv' }), name)
  return form
}
const sendForm = async (form: FormData) => {
  const response = await fetch(`${api.url}/v1/uploads`, { method: 'POST', headers: { authorization: `Bearer ${api.keys.write}` }, body: form })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
}
const countRows = async (): Promise<number[]> =>
  Object.values(
    (
      await api.database.pool.query(
        'SELECT (SELECT count(*)::int FROM uploads) AS u, (SELECT count(DISTINCT upload_id)::int FROM upload_chunks) AS c',
      )
    ).rows[0],
  )
const count = async (sql: string): Promise<number> => (await api.database.pool.query(sql)).rows[0].n
const countArriving = () => count('SELECT count(*)::int AS n FROM arriving_uploads')
/** They would hold up the change feed for as long as they stay open. */
const countOpenTransactions = () =>
  count(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'inlet-api' AND state = 'idle in transaction'`,
  )

/** Begins an upload and gives the means to go on with it. */
const begin = async (key: string) => {
  const body = new TransformStream<Uint8Array, Uint8Array>()
  const writer = body.writable.getWriter()
  const headers = { ...octets, authorization: `Bearer ${key}` }
  const answer = fetch(`${api.url}/v1/uploads?name=slow.bin`, { method: 'POST', headers, body: body.readable, duplex: 'half' } as RequestInit)
  answer.catch(() => {})
  await writer.write(Buffer.from('a'))
  return { answer, end: () => writer.close() }
}

describe('uploads', () => {
  it('stores a raw body in chunks, described and deleted', async () => {
    const answer = await api.send('POST', '/v1/uploads?name=big.bin', { raw: bytes, headers: octets })
    expectContract(answer, 'createUpload')
    expect(answer.body).toMatchObject({
      name: 'big.bin',
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      mediaType: 'application/octet-stream',
    })
    const stored = await openUpload(api.database, answer.body.id)
    const pieces: Buffer[] = []
    for await (const piece of stored.stream) pieces.push(piece as Buffer)
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
    expect(pieces.length).toBeGreaterThan(1)
    const path = `/v1/uploads/${answer.body.id}`
    expectContract(await api.get(path), 'getUpload')
    expectContract(await api.get('/v1/uploads'), 'listUploads')
    expect((await api.delete(path)).status).toBe(204)
    expect(problemOf(await api.get(path))).toEqual([404, 'NOT_FOUND'])
    expect(problemOf(await api.delete(path))).toEqual([404, 'NOT_FOUND'])
    expect(await countRows()).toEqual([0, 0])
  })

  it('takes the file of a form', async () => {
    const answer = await sendForm(formOf('a,b\n1,2\n', 'größe.csv'))
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ name: 'größe.csv', size: 8, mediaType: 'text/csv' })
    await api.delete(`/v1/uploads/${answer.body.id}`)
  })

  it('refuses what it cannot take, and leaves nothing', async () => {
    expect(problemOf(await api.send('POST', '/v1/uploads?name=x', { raw: '', headers: octets }))).toEqual([422, 'EMPTY_FILE'])
    expect(problemOf(await sendForm(formOf('')))).toEqual([422, 'EMPTY_FILE'])
    expect(problemOf(await api.send('POST', '/v1/uploads', { raw: 'x', headers: octets }))).toEqual([422, 'VALIDATION_FAILED'])
    for (const name of ['..', '%20', 'a%2Fb', 'a%00b', 'x'.repeat(256)])
      expect(problemOf(await api.send('POST', `/v1/uploads?name=${name}`, { raw: 'x', headers: octets }))).toEqual([422, 'VALIDATION_FAILED'])
    expect(problemOf(await api.send('POST', '/v1/uploads?name=x', { raw: 'x', headers: { ...octets, 'content-encoding': 'gzip' } }))).toEqual([
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ])
    expect(problemOf(await api.send('POST', '/v1/uploads?name=x', { raw: 'x', headers: { 'content-type': 'multipart/form-data' } }))).toEqual([
      422,
      'VALIDATION_FAILED',
    ])
    const empty = new FormData()
    empty.append('note', 'no file')
    expect(problemOf(await sendForm(empty))).toEqual([422, 'VALIDATION_FAILED'])
    expect(await countRows()).toEqual([0, 0])
  })

  it('refuses what is too large, announced or not', async () => {
    expect(problemOf(await api.send('POST', '/v1/uploads?name=x', { raw: Buffer.alloc(6_000_000, 1), headers: octets }))).toEqual([
      413,
      'PAYLOAD_TOO_LARGE',
    ])
    const response = await fetch(`${api.url}/v1/uploads?name=x`, {
      method: 'POST',
      headers: { ...octets, authorization: `Bearer ${api.keys.write}` },
      body: new Blob([Buffer.alloc(6_000_000, 1)]).stream(),
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(413)
    expect(await countRows()).toEqual([0, 0])
  })

  it('leaves room for the uploads of other keys, and says when one key has too many', async () => {
    const [one, other] = [await api.addKey(['write']), await api.addKey(['write'])]
    const slow = await Promise.all(Array.from({ length: 8 }, () => begin(one.key)))
    await until(async () => (await countArriving()) === 8)
    const more = (key: string) => api.send('POST', '/v1/uploads?name=x', { key, raw: 'x', headers: octets })
    expect(problemOf(await more(one.key))).toEqual([429, 'TOO_MANY_REQUESTS'])
    expect((await more(other.key)).status).toBe(201)
    for (const { end } of slow) await end()
    expect((await Promise.all(slow.map(({ answer }) => answer))).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201))
    await api.database.pool.query('DELETE FROM uploads; DELETE FROM upload_chunks')
  })

  it('keeps nothing of a key that is revoked while the bytes come', async () => {
    const { id, key } = await api.addKey(['write'])
    const { answer, end } = await begin(key)
    await until(async () => (await countArriving()) === 1)
    await api.delete(`/v1/keys/${id}`)
    // How long the last look at the key holds.
    await api.database.pool.query('SELECT pg_sleep(1)')
    await end()
    expect((await answer).status).toBe(401)
    expect([await countArriving(), ...(await countRows())]).toEqual([0, 0, 0])
  })

  it('leaves what a process that died had taken in to retention', async () => {
    const old = '00000000-0000-4000-8000-0000000000a1'
    const young = '00000000-0000-4000-8000-0000000000a2'
    await api.database.pool.query(`INSERT INTO arriving_uploads (id, seen_at) VALUES ($1, now() - interval '2 hours'), ($2, now())`, [old, young])
    await api.database.pool.query(`INSERT INTO upload_chunks (upload_id, n, bytes) VALUES ($1, 0, 'a'), ($1, 1, 'b'), ($2, 0, 'c')`, [old, young])
    expect(await removeAbandonedUploads(api.database)).toBe(2)
    expect((await api.database.pool.query('SELECT upload_id FROM upload_chunks')).rows).toEqual([{ upload_id: young }])
    await api.database.pool.query('DELETE FROM arriving_uploads; DELETE FROM upload_chunks')
  })

  it.each(['raw', 'form'])('a client that goes away half-way leaves nothing (%s)', async (kind) => {
    const socket = net.connect(Number(new URL(api.url).port), '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    const part = kind === 'raw' ? '' : '--b\r\ncontent-disposition: form-data; name="file"; filename="x.bin"\r\n\r\n'
    const type = kind === 'raw' ? 'application/octet-stream' : 'multipart/form-data; boundary=b'
    socket.write(
      `POST /v1/uploads?name=x HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.keys.write}\r\ncontent-type: ${type}\r\ncontent-length: 3000000\r\n\r\n${part}`,
    )
    socket.write(Buffer.alloc(1_500_000, 1))
    await until(async () => (await countRows())[1] === 1)
    expect(await countOpenTransactions()).toBe(0)
    socket.destroy()
    await until(async () => (await countArriving()) === 0)
    expect(await countRows()).toEqual([0, 0])
    expect(api.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })
})
