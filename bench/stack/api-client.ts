import http from 'node:http'

/** Calls the API under test and keeps how long each answer took. */
export interface ApiClient {
  /** Throws on any status of 400 or above. The caller knows the shape of the answer. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- a cast at every call would say no more
  call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<{ readonly body: T; readonly ms: number }>
  close(): void
}

/** Keeps its connections open, as a client that makes many calls does. */
export const createApiClient = (url: string, key: string): ApiClient => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 32 })
  return {
    call: (method, path, body) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body)
        const started = performance.now()
        const headers = {
          authorization: `Bearer ${key}`,
          ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        }
        const request = http.request(`${url}${path}`, { method, agent, headers }, (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            const ms = performance.now() - started
            const answer = Buffer.concat(chunks).toString('utf8')
            if ((response.statusCode ?? 500) >= 400) reject(new Error(`${method} ${path} → ${response.statusCode}: ${answer.slice(0, 500)}`))
            else resolve({ body: JSON.parse(answer === '' ? 'null' : answer), ms })
          })
        })
        request.on('error', reject)
        request.end(text)
      }),
    close: () => agent.destroy(),
  }
}
