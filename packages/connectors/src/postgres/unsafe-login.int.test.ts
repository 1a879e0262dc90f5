import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createReader, reasonOf } from '../sql/fixtures/read-once.js'
import postgres from './index.js'

const { openContext } = createReader(postgres)

const PASSWORD = 'correct-horse-battery'
const servers: net.Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Builds an authentication request (PostgreSQL manual, 53.7). */
const ask = (kind: number, rest: Buffer = Buffer.alloc(0)): Buffer => {
  const message = Buffer.alloc(9 + rest.length)
  message.write('R')
  message.writeInt32BE(8 + rest.length, 1)
  message.writeInt32BE(kind, 5)
  rest.copy(message, 9)
  return message
}
const CLEAR = ask(3)
const MD5 = ask(5, Buffer.from('salt'))
const SASL = ask(10, Buffer.from('SCRAM-SHA-256\0\0'))

/** A server that answers the n-th message with the n-th of these, and records what it receives. */
const serve = async (answers: readonly Buffer[]) => {
  const heard: Buffer[] = []
  const server = net.createServer((socket) => {
    const left = [...answers]
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      heard.push(bytes)
      const answer = left.shift()
      if (answer === undefined) socket.destroy()
      else socket.write(answer)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const config = { host: '127.0.0.1', port: (server.address() as net.AddressInfo).port, database: 'd', user: 'u', tls: { mode: 'disable' } }
  await using context = await openContext({ config, password: PASSWORD })
  await using connection = await postgres.connect(context)
  const reason = await reasonOf(postgres.check(connection, context.signal))
  return { reason, heard: Buffer.concat(heard).toString('latin1'), messages: heard.length }
}

describe('a server whose identity nothing proves', () => {
  it.each([
    ['in clear', [CLEAR]],
    ['by MD5', [MD5]],
    ['in clear after SCRAM has begun', [SASL, CLEAR]],
    ['by MD5 in one go with SCRAM', [Buffer.concat([SASL, MD5])]],
  ])('gets no password %s', async (_how, answers) => {
    const { reason, heard, messages } = await serve(answers)
    expect(reason).toBe('LOGIN_NOT_SAFE')
    expect(heard).not.toContain(PASSWORD)
    expect(heard).not.toMatch(/md5[0-9a-f]{32}/)
    expect(messages).toBeLessThanOrEqual(answers.length)
  })

  it('is refused at save when it is public and nothing is encrypted', async () => {
    const config = (host: string, mode: string) => postgres.configSchema.parse({ host, database: 'd', user: 'u', tls: { mode } })
    const save = async (host: string, mode: string) =>
      reasonOf(Promise.resolve().then(() => postgres.validate?.(config(host, mode), { password: '' })))
    expect(await save('8.8.8.8', 'disable')).toBe('LOGIN_NOT_SAFE')
    expect(await save('2606:4700::1111', 'disable')).toBe('LOGIN_NOT_SAFE')
    expect(await save('8.8.8.8', 'require')).toBe('none')
    expect(await save('10.0.0.5', 'disable')).toBe('none')
    expect(await save('db.internal', 'disable')).toBe('none')
  })
})
