import { createHmac } from 'node:crypto'

export const SIGNING_SECRET = 'the secret of the benchmark'

/** A whole request as GitHub makes it, of about 1 KB. `ping` is verified and answered, and not stored. */
export const signedEvent = (url: URL, source: string, event: 'issues' | 'ping', id: string): Buffer => {
  const issue = { number: 17, title: `Issue ${id}`, body: 'It breaks when the harbour is full. '.repeat(20), html_url: 'https://example.com/17' }
  const body = JSON.stringify({ action: 'opened', issue, repository: { full_name: 'acme/harbour' }, sender: { login: 'ann' } })
  const signature = createHmac('sha256', SIGNING_SECRET).update(body).digest('hex')
  const head = [
    `POST /v1/hooks/${source} HTTP/1.1`,
    `host: ${url.host}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-github-event: ${event}`,
    `x-github-delivery: ${id}`,
    `x-hub-signature-256: sha256=${signature}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}
