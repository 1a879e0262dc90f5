import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { checkPort, checkRoots } from './check-machine.js'

it('names roots that do not exist, such as a list with another separator', () => {
  const root = tmpdir()
  expect(checkRoots(undefined)).toEqual([])
  expect(checkRoots(`${root}, ${root}`)).toEqual([])
  expect(checkRoots(`${root}:${root}`)).toMatchObject([{ status: 'fail', message: `${root}:${root} does not exist` }])
})

it('distinguishes an API of ours on the port from another program, also where no data folder names it', async () => {
  const answers = [{ checks: [{ name: 'migrations', ok: false }] }, { status: 'ready' }, null]
  for (const [index, status] of ['ok', 'warn', 'warn'].entries()) {
    const server = createServer((_request, response) => response.end(JSON.stringify(answers[index]))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await checkPort(port, null)).toMatchObject({ status })
    server.close()
  }
})
