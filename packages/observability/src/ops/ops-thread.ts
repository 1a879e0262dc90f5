/** The data passed to the thread. */
export interface OpsThreadData {
  readonly host: string
  readonly port: number
  readonly requestTimeoutMs: number
  /** How long to wait for an answer of the event loop. */
  readonly answerMs: number
  /** Incremented by the event loop every `heartbeatMs`. */
  readonly heartbeats: Int32Array
  readonly heartbeatMs: number
  /** A process whose event loop is silent for this long is killed; 0: never. */
  readonly silentMs: number
}

/**
 * Answers operators from its own thread and watches the event loop of the process from there: what blocks the loop blocks neither. Silence is counted
 * in checks by this thread, so that a process that was stopped or starved as a whole is not blamed for time it did not have. Not a separate file, so
 * that it is the same from source and from dist.
 */
export const OPS_THREAD = `
const { createServer } = require('node:http')
const { writeSync } = require('node:fs')
const { parentPort, workerData } = require('node:worker_threads')
const { host, port, requestTimeoutMs, answerMs, heartbeats, heartbeatMs, silentMs } = workerData
const BLOCKED_MS = 2000

let seen = Atomics.load(heartbeats, 0)
let silentLooks = 0
setInterval(() => {
  const now = Atomics.load(heartbeats, 0)
  silentLooks = now === seen ? silentLooks + 1 : 0
  seen = now
  if (silentMs === 0 || silentLooks * heartbeatMs < silentMs) return
  const message = 'the event loop was silent for ' + Math.round(silentMs / 1000) + ' s; the process is killed, so that others can take over'
  try {
    writeSync(2, JSON.stringify({ level: 'fatal', time: new Date().toISOString(), pid: process.pid, msg: message }) + '\\n')
  } catch {}
  process.kill(process.pid, 'SIGKILL')
}, heartbeatMs)

const pending = new Map()
let last = 0
const blocked = () => {
  const reason = 'the event loop has not answered for ' + Math.max(answerMs, silentLooks * heartbeatMs) / 1000 + ' s'
  const body = JSON.stringify({ status: 'not_ready', checks: [{ name: 'event_loop', ok: false, reason }] })
  return { status: 503, contentType: 'application/json; charset=utf-8', body }
}
const ask = (method, path) =>
  silentLooks * heartbeatMs >= BLOCKED_MS
    ? Promise.resolve(blocked())
    : new Promise((resolve) => {
        const id = ++last
        const finish = (answer) => {
          clearTimeout(timer)
          pending.delete(id)
          resolve(answer)
        }
        const timer = setTimeout(() => finish(blocked()), answerMs)
        pending.set(id, finish)
        parentPort.postMessage({ id, method, path })
      })
parentPort.on('message', ({ id, answer, close }) => {
  if (close !== true) return pending.get(id)?.(answer)
  server.close(() => process.exit())
  server.closeAllConnections()
})

const server = createServer({ requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs }, async (request, response) => {
  request.resume()
  const method = request.method ?? ''
  const { status, contentType, body, rest } = await ask(method, (request.url ?? '').split('?', 1)[0])
  const headers = { 'content-type': contentType, 'cache-control': 'no-store' }
  if (method === 'HEAD') return response.writeHead(status, headers).end()
  if (rest === undefined) return response.writeHead(status, headers).end(body)
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) + rest.byteLength })
  response.write(body)
  response.end(Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength))
})
server.once('error', (error) => parentPort.postMessage({ failed: { message: error.message, code: error.code } }))
server.listen(port, host, () => parentPort.postMessage({ port: server.address().port }))
`
