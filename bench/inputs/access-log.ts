import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { createRandom, createZipfWords } from './zipf-words.js'

export interface AccessLog {
  readonly lines: number
  /** Of them, how many have a status of 500 or above. */
  readonly errors: number
  /** Expanded. */
  readonly bytes: number
  /** The sum of `body_bytes_sent`, which numbers the lines from 0. */
  readonly sum: number
}

/** Writes an access log as nginx does with a log_format of JSON (`escape=json`), compressed as logrotate does. The same file for the same size. */
export const writeAccessLog = async (file: string, bytes: number): Promise<AccessLog> => {
  const gzip = createGzip()
  const done = finished(gzip.pipe(createWriteStream(file)))
  const lineOf = createLines()
  const log = { lines: 0, errors: 0, bytes: 0, sum: 0 }
  let piece = ''
  while (log.bytes < bytes) {
    const { line, status } = lineOf(log.lines)
    log.sum += log.lines
    log.lines += 1
    log.bytes += line.length
    if (status >= 500) log.errors += 1
    piece += line
    if (piece.length < 262_144) continue
    if (!gzip.write(piece)) await once(gzip, 'drain')
    piece = ''
  }
  gzip.end(piece)
  await done
  return log
}

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
  'curl/8.5.0',
]
const LINES_PER_SECOND = 40

/** Lines have only characters of ASCII, so their length is their size. */
const createLines = (): ((n: number) => { readonly line: string; readonly status: number }) => {
  const random = createRandom(20_261_201)
  const word = createZipfWords(random)
  const below = (limit: number): number => Math.floor(random() * limit)
  const start = Date.UTC(2026, 0, 1)
  return (n) => {
    const luck = random()
    const status = luck < 0.005 ? 502 : luck < 0.01 ? 500 : luck < 0.06 ? 404 : 200
    const fields = {
      time_iso8601: `${new Date(start + Math.floor(n / LINES_PER_SECOND) * 1_000).toISOString().slice(0, 19)}+00:00`,
      remote_addr: `10.${below(4)}.${below(256)}.${below(256)}`,
      remote_user: '',
      request: `GET /api/v1/${word()}/${below(100_000)}?q=${word()}&page=${below(20)} HTTP/1.1`,
      status: String(status),
      body_bytes_sent: String(n),
      request_time: (random() / 2).toFixed(3),
      http_referer: `https://shop.example.com/${word()}/${word()}`,
      http_user_agent: AGENTS[below(AGENTS.length)],
      host: 'api.example.com',
      upstream_response_time: (random() / 2).toFixed(3),
      request_id: below(2 ** 31)
        .toString(16)
        .padStart(8, '0')
        .repeat(4),
    }
    return { line: `${JSON.stringify(fields)}\n`, status }
  }
}
