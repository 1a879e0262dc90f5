import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '@inlet/db/embedded'

export interface TestRedis {
  readonly url: string
  readonly port: number
  /** Of the process that runs now. */
  readonly pid: number
  /** Sends SIGKILL; the append-only file stays. */
  kill(): Promise<void>
  /** Restarts it on the same port, with or without the old data. */
  restart(options?: { readonly empty?: boolean }): Promise<void>
  stop(): Promise<void>
}

/** Starts a private redis-server with AOF and noeviction on a free port. The caller stops it. */
export const startRedis = async (binary: string): Promise<TestRedis> => {
  const directory = mkdtempSync(path.join(tmpdir(), 'inlet-redis-'))
  const port = await freePort()
  let child = await launch(binary, directory, port)
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const exited = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await exited
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return child.pid ?? 0
    },
    kill: () => end('SIGKILL'),
    async restart(options = {}) {
      await end('SIGKILL')
      if (options.empty) rmSync(path.join(directory, 'appendonlydir'), { recursive: true, force: true })
      child = await launch(binary, directory, port)
    },
    async stop() {
      await end('SIGTERM')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const launch = (binary: string, directory: string, port: number): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const flags = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      directory,
      '--appendonly',
      'yes',
      '--save',
      '',
      '--maxmemory-policy',
      'noeviction',
    ]
    const child = spawn(binary, flags, { stdio: ['ignore', 'pipe', 'ignore'] })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)))
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('Ready to accept connections')) resolve(child)
    })
  })
