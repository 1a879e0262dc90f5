import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { findCommand } from '@inlet/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogFixture, type LogFixture } from './fixtures/log-fixture.js'

const NGINX = findCommand('nginx', ['nginx'])

describe.skipIf(NGINX === null)('a real nginx that is rotated (needs nginx to be installed)', () => {
  let fixture: LogFixture
  let url: string
  let stop: () => Promise<void>

  beforeEach(async () => {
    fixture = await createLogFixture()
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    await mkdir(path.join(fixture.root, 'logs'))
    await fixture.write('nginx.conf', configuration(fixture.root, port))
    const nginx = spawn(NGINX ?? '', ['-p', `${fixture.root}/`, '-e', path.join(fixture.root, 'error.log'), '-c', 'nginx.conf'], { stdio: 'ignore' })
    const ended = once(nginx, 'exit')
    stop = async () => {
      nginx.kill('SIGQUIT')
      await ended
    }
    await until(() =>
      fetch(`${url}/ready`).then(
        (answer) => answer.ok,
        () => false,
      ),
    )
  })
  afterEach(async () => {
    await stop()
    await fixture[Symbol.asyncDispose]()
  })

  const read = (name: string) => fixture.run({ paths: [`logs/${name}`], endpoints: ['/n/*'] })
  const paths = () => fixture.store.records('requests').map(({ record }) => (record.data['context'] as { path: string }).path)
  const ask = async (n: number) => (await fetch(`${url}/n/${n}?q=${n}`, { headers: { 'user-agent': `a "quoted" agent` } })).text()
  const reopen = async () => {
    process.kill(Number(await readFile(path.join(fixture.root, 'nginx.pid'), 'utf8')), 'SIGUSR1')
    await until(() => existsSync(path.join(fixture.root, 'logs/access.log')))
  }

  it.each(['access.log', 'access.json'])('loses and duplicates no line of %s between mv and USR1', async (name) => {
    const other = name === 'access.log' ? 'access.json' : 'access.log'
    const at = (file: string) => path.join(fixture.root, 'logs', file)
    let n = 0
    for (let rotation = 0; rotation < 3; rotation++) {
      for (let i = 0; i < 5; i++) await ask(n++)
      await read(name)
      for (let i = 0; i < 3; i++) await ask(n++)
      for (let generation = rotation; generation > 0; generation--) await rename(at(`${name}.${generation}`), at(`${name}.${generation + 1}`))
      await rename(at(name), at(`${name}.1`))
      for (let i = 0; i < 3; i++) await ask(n++)
      await read(name)
      await ask(n++)
      await rename(at(other), at(`${other}.old${rotation}`))
      await reopen()
      for (let i = 0; i < 2; i++) await ask(n++)
      await read(name)
    }
    await fixture.write(`logs/${name}.9.gz`, gzipSync(await readFile(at(`${name}.1`))))
    await read(name)
    expect(paths().sort()).toEqual(Array.from({ length: n }, (_, i) => `/n/${i}`).sort())
    const sample = fixture.store.records('requests')[0]?.record
    expect(sample).toMatchObject({
      data: { actor: '127.0.0.1', context: { method: 'GET', status: 200, bytes: 3, userAgent: 'a "quoted" agent' } },
    })
    expect((await read(name)).records).toEqual([])
  })
})

const configuration = (root: string, port: number): string => `
daemon off; worker_processes 1; pid ${root}/nginx.pid; error_log ${root}/error.log;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 64; }
http {
  log_format j escape=json '{"time":"$time_iso8601","remote_addr":"$remote_addr","request":"$request","status":"$status",'
    '"body_bytes_sent":"$body_bytes_sent","request_time":"$request_time","http_user_agent":"$http_user_agent"}';
  access_log logs/access.log combined;
  access_log logs/access.json j;
  client_body_temp_path ${root}/t1; proxy_temp_path ${root}/t2; fastcgi_temp_path ${root}/t3; uwsgi_temp_path ${root}/t4; scgi_temp_path ${root}/t5;
  server { listen 127.0.0.1:${port}; location / { return 200 'ok\\n'; } }
}`

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 500) throw new Error('it never came true')
    await setTimeout(10)
  }
}
