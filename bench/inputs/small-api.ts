import http from 'node:http'
import type { AddressInfo } from 'node:net'

export const RECORDS_PER_SOURCE = 200

const WORDS = 'harbour ledger cursor granite meadow signal copper orchard lantern voyage archive summit'.split(' ')

/** A REST API on loopback: /sources/<anything>/items answers 200 records as JSON. */
export const startSmallApi = async (): Promise<{ readonly url: string; close(): Promise<void> }> => {
  const items = Array.from({ length: RECORDS_PER_SOURCE }, (_, n) => ({
    id: n + 1,
    title: `Item ${n + 1} of the ${WORDS[n % WORDS.length]}`,
    note: Array.from({ length: 24 }, (_unused, at) => WORDS[(n * 7 + at * 5) % WORDS.length]).join(' '),
    updatedAt: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString(),
  }))
  const body = Buffer.from(JSON.stringify({ items }))
  const server = http.createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Settings of a source that reads it. */
export const smallApiConfig = (url: string, n: number) => ({
  url: `${url}/sources/${n}`,
  streams: [{ name: 'items', path: '/items', recordsPath: 'items', keyFields: ['id'], titleField: 'title', textFields: ['note'] }],
})
