import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createDatabase } from '@inlet/db'
import { freePort } from '@inlet/db/embedded'
import { until } from '@inlet/testing'
import { expect, it } from 'vitest'
import { keepPostgres } from './keep-postgres.js'

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('restarts at the same address when it is killed, but not when it is stopped', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'inlet-kept-'))
  const pids: number[] = []
  const notices: string[] = []
  const postgres = await keepPostgres(
    { directory, port: await freePort(), durable: false },
    { onStart: (pid) => void pids.push(pid), notice: (text) => void notices.push(text) },
  )
  const database = createDatabase({ url: postgres.url, applicationName: 'test', poolSize: 1 })
  const answers = () =>
    database.pool.query('SELECT 1').then(
      () => true,
      () => false,
    )
  try {
    expect(await answers()).toBe(true)
    process.kill(pids[0] ?? 0, 'SIGKILL')
    await until(async () => pids.length === 2 && (await answers()))
    expect(notices).toEqual([expect.stringContaining('starting it again')])
  } finally {
    await database.close()
    await postgres.stop()
    rmSync(directory, { recursive: true, force: true })
  }
  expect(pids.map(lives)).toEqual([false, false])
})
