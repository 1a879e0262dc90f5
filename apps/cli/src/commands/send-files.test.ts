import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createApiClient } from '../client/api-client.js'
import { findLocalFile } from '../client/local-file.js'
import { progressLine, sendFiles } from './send-files.js'

const MB = 1_048_576
const terminal = { redraws: false, block: () => {}, endBlock: () => {} } as never

let folder: string
let requests: string[]
let answer: (request: IncomingMessage, response: ServerResponse) => void
const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url} ${request.headers['content-length']}`)
  answer(request, response)
})
const open = () => createApiClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'k')
const file = (name: string, bytes: number): string => {
  writeFileSync(path.join(folder, name), Buffer.alloc(bytes, 'a'))
  return path.join(folder, name)
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'inlet-send-'))
  requests = []
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

describe('sending files', () => {
  it('streams them with their length, and counts what was sent', async () => {
    answer = (request, response) => {
      let bytes = 0
      request.on('data', (piece: Buffer) => void (bytes += piece.length)).on('end', () => response.end(JSON.stringify({ id: String(bytes) })))
    }
    const sent: number[] = []
    const upload = await open().upload(findLocalFile(file('a b.csv', 3 * MB)), { replaces: 'x', onSent: (bytes) => void sent.push(bytes) })
    expect(upload.id).toBe(String(3 * MB))
    expect(requests).toEqual([`PUT /v1/uploads/x/content?name=a+b.csv ${3 * MB}`])
    expect(sent.length).toBeGreaterThan(5)
    expect(sent.at(-1)).toBe(3 * MB)
  })

  it('hears a refusal that comes before all was sent', async () => {
    answer = (request, response) => {
      response.writeHead(413, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify({ code: 'PAYLOAD_TOO_LARGE', detail: 'too large' }))
      request.resume()
    }
    await expect(open().upload(findLocalFile(file('a.csv', 20 * MB)))).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
  })

  it.each([
    ['longer', 2 * MB],
    ['shorter', 10],
  ])('says so when a file becomes %s while it is sent', async (_how, bytes) => {
    answer = (request, response) => request.resume().on('end', () => response.end('{"id":"1"}'))
    const found = findLocalFile(file('a.csv', MB))
    file('a.csv', bytes)
    await expect(open().upload(found)).rejects.toThrow('a.csv was changed while it was sent: send it again once it is complete')
  })

  it('leaves none of several behind when one fails', async () => {
    answer = (request, response) =>
      request.resume().on('end', () => {
        response.statusCode = request.method === 'POST' && requests.length === 2 ? 422 : 200
        response.end(JSON.stringify({ id: `upload-${requests.length}`, code: 'EMPTY_FILE' }))
      })
    const files = [findLocalFile(file('a.csv', 5)), findLocalFile(file('b.csv', 0))]
    await expect(sendFiles(open(), files, {}, { terminal })).rejects.toMatchObject({ code: 'EMPTY_FILE' })
    expect(requests.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'POST /v1/uploads?name=a.csv',
      'POST /v1/uploads?name=b.csv',
      'DELETE /v1/uploads/upload-1',
    ])
  })

  it('shows how far it is, how fast, and how long it will take', () => {
    expect(progressLine({ name: 'a.csv', size: 100 * MB, sent: 25 * MB, tookMs: 5_000 })).toBe(
      'a.csv: 25 MiB of 100 MiB sent (25 %), 5.0 MiB/s, 15 s left',
    )
    expect(progressLine({ name: 'a\u001b.csv', size: 1, sent: 0, tookMs: 0 })).toBe('a .csv: 0 B of 1 B sent (0 %), 0 B/s, 1 s left')
  })
})
