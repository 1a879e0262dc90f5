import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { until } from '@inlet/testing'

export interface ScriptServer {
  readonly port: number
  /** `http://127.0.0.1:<port>`. */
  readonly url: string
  close(): Promise<void>
}

/** Starts a store that is a script for Node, with a folder of its own, and waits until it listens. The caller closes. */
export const startScript = async (argsFor: (options: { port: number; folder: string }) => readonly string[]): Promise<ScriptServer> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'inlet-store-'))
  const port = await freePort()
  const child = spawn(process.execPath, argsFor({ port, folder }), { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env['PATH'] } })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)))
  const ended = once(child, 'exit')
  const close = async () => {
    child.kill('SIGKILL')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`the store ended: ${said}`)
      return await listens(port)
    })
  } catch (thrown) {
    await close()
    throw thrown
  }
  return { port, url: `http://127.0.0.1:${port}`, close }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/** A port of 127.0.0.1 that nobody listens on now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
