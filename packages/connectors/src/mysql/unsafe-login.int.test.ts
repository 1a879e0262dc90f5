import net from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createReader, reasonOf } from '../sql/fixtures/read-once.js'
import mysql from './index.js'

const { openContext } = createReader(mysql)

const PASSWORD = 'correct-horse-battery'
const SCRAMBLE = Buffer.from('abcdefghijklmnopqrst')
const servers: net.Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

const packet = (sequence: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUIntLE(body.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, body])
}
/** Protocol::HandshakeV10 of a server that supports everything but TLS. */
const greeting = (plugin: string): Buffer =>
  packet(
    0,
    Buffer.concat([
      Buffer.from([10]),
      Buffer.from('8.0.40\0'),
      Buffer.from([1, 0, 0, 0]),
      SCRAMBLE.subarray(0, 8),
      Buffer.from([0, 0xff, 0xf7, 45, 2, 0, 0xff, 0x81, 21]),
      Buffer.alloc(10),
      SCRAMBLE.subarray(8),
      Buffer.from(`\0${plugin}\0`),
    ]),
  )
const switchTo = (plugin: string): Buffer => Buffer.concat([Buffer.from([0xfe]), Buffer.from(`${plugin}\0`), SCRAMBLE, Buffer.from([0])])
const moreData = (...bytes: number[]): Buffer => Buffer.from([1, ...bytes])

const logIn = async (plugin: string, answers: readonly Buffer[]) => {
  const heard: Buffer[] = []
  const server = net.createServer((socket) => {
    const left = [...answers]
    socket.on('error', () => undefined)
    socket.write(greeting(plugin))
    socket.on('data', (bytes) => {
      heard.push(bytes)
      const answer = left.shift()
      if (answer === undefined) socket.destroy()
      else socket.write(packet((bytes[3] ?? 0) + 1, answer))
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const config = { host: '127.0.0.1', port: (server.address() as net.AddressInfo).port, database: 'd', user: 'u', tls: { mode: 'disable' } }
  await using context = await openContext({ config, password: PASSWORD })
  await using connection = await mysql.connect(context)
  const reason = await reasonOf(mysql.check(connection, context.signal))
  return { reason, heard: Buffer.concat(heard).toString('latin1'), messages: heard.length }
}

describe('a server whose identity nothing proves', () => {
  it.each([
    ['in clear', 'mysql_native_password', [switchTo('mysql_clear_password')]],
    ['by sha256_password', 'mysql_native_password', [switchTo('sha256_password')]],
    ['by the full authentication of caching_sha2_password', 'mysql_native_password', [switchTo('caching_sha2_password'), moreData(4)]],
  ])('gets no password %s, nor is it asked for its key', async (_how, plugin, answers) => {
    const { reason, heard, messages } = await logIn(plugin, answers)
    expect(reason).toBe('LOGIN_NOT_SAFE')
    expect(heard).not.toContain(PASSWORD)
    // The response to the greeting, and to each question but the last.
    expect(messages).toBe(answers.length)
  })
  it('is refused at save when it is public and nothing is encrypted', async () => {
    const save = async (host: string, mode: string) =>
      reasonOf(
        Promise.resolve().then(() => mysql.validate?.(mysql.configSchema.parse({ host, database: 'd', user: 'u', tls: { mode } }), { password: '' })),
      )
    expect(await save('8.8.8.8', 'disable')).toBe('LOGIN_NOT_SAFE')
    expect(await save('192.168.1.5', 'disable')).toBe('none')
  })
})
