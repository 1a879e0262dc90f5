import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findCommand, runSql, startPostgres, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReader, reasonOf } from '../sql/fixtures/read-once.js'
import postgres from './index.js'

const { checkOnce, openContext } = createReader(postgres)

const PASSWORD = 'correct-horse-battery'
const hasOpenssl = findCommand('openssl', ['openssl']) !== null
const directory = mkdtempSync(path.join(tmpdir(), 'inlet-pg-login-'))
let server: Awaited<ReturnType<typeof startPostgres>>

const check = async (changes: object = {}, password = PASSWORD): Promise<void> => {
  const config = {
    host: '127.0.0.1',
    port: server.port,
    database: 'postgres',
    user: 'reader',
    tls: { mode: 'disable' },
    schemas: ['app'],
    ...changes,
  }
  await checkOnce({ config, password })
}

beforeAll(async () => {
  server = await startPostgres({ directory, durable: false, maxConnections: 50, password: 'admin-password' })
  await runSql(
    server.url('postgres'),
    `CREATE ROLE reader LOGIN PASSWORD '${PASSWORD}'; CREATE ROLE chief LOGIN SUPERUSER PASSWORD '${PASSWORD}'; CREATE ROLE filer LOGIN PASSWORD '${PASSWORD}' IN ROLE pg_read_server_files;
    CREATE ROLE heir LOGIN PASSWORD '${PASSWORD}' IN ROLE chief; CREATE ROLE crowded LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT 0;
    CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO PUBLIC; CREATE TABLE app.t (id int PRIMARY KEY); GRANT SELECT ON app.t TO PUBLIC`,
  )
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

describe('log-in', () => {
  it('works, and distinguishes its failures', async () => {
    expect(await reasonOf(check())).toBe('none')
    expect(await reasonOf(check({}, 'wrong-password'))).toBe('AUTH_FAILED')
    expect(await reasonOf(check({}, ''))).toBe('AUTH_FAILED')
    expect(await reasonOf(check({ user: 'nobody' }))).toBe('AUTH_FAILED')
    expect(await reasonOf(check({ database: 'nowhere' }))).toBe('NOT_FOUND_UPSTREAM')
    expect(await reasonOf(check({ user: 'crowded' }))).toBe('UPSTREAM_ERROR')
    expect(await reasonOf(check({ port: 1 }))).toBe('UNREACHABLE')
    expect(await reasonOf(check({ tls: { mode: 'require' } }))).toBe('TLS_FAILED')
    await expect(check({}, 'wrong-password')).rejects.not.toThrow('wrong-password')
  })

  it('gives up on a server that accepts connections and then stays silent', async () => {
    const silent = net.createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => silent.once('listening', resolve))
    const { port } = silent.address() as net.AddressInfo
    expect(await reasonOf(check({ port, connectTimeoutSeconds: 1 }))).toBe('TIMEOUT')
    silent.close()
  })

  it('refuses powerful roles unless allowed', async () => {
    for (const user of ['chief', 'filer', 'heir']) expect(await reasonOf(check({ user }))).toBe('ROLE_TOO_POWERFUL')
    expect(await reasonOf(check({ user: 'chief', allowPowerfulRole: true }))).toBe('none')
  })
})

describe.skipIf(!hasOpenssl)(`TLS${hasOpenssl ? '' : ' (not run: no openssl on the PATH to make certificates with)'}`, () => {
  let ca = ''

  beforeAll(async () => {
    const data = path.join(directory, 'data')
    const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: data, stdio: 'pipe' })
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Test CA', '-keyout', 'ca.key', '-out', 'ca.crt')
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=db.test',
      '-addext',
      'subjectAltName=DNS:db.test',
      '-keyout',
      'server.key',
      '-out',
      'server.csr',
    )
    openssl(
      'x509',
      '-req',
      '-in',
      'server.csr',
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-copy_extensions',
      'copy',
      '-out',
      'server.crt',
    )
    chmodSync(path.join(data, 'server.key'), 0o600)
    if (process.getuid?.() === 0) for (const file of ['server.key', 'server.crt']) chownSync(path.join(data, file), 65_534, 65_534)
    ca = readFileSync(path.join(data, 'ca.crt'), 'utf8')
    await runSql(server.url('postgres'), 'ALTER SYSTEM SET ssl = on')
    await runSql(server.url('postgres'), 'SELECT pg_reload_conf()')
    await until(async () => (await reasonOf(check({ tls: { mode: 'require' } }))) === 'none', { what: 'the server to speak TLS' })
  })

  it('checks certificate and name', async () => {
    const tls = { mode: 'verify-full', ca, serverName: 'db.test' }
    expect(await reasonOf(check({ tls }))).toBe('none')
    expect(await reasonOf(check({ tls: { ...tls, serverName: 'other.test' } }))).toBe('TLS_FAILED')
    expect(await reasonOf(check({ tls: { mode: 'verify-full', ca } }))).toBe('TLS_FAILED')
    expect(await reasonOf(check({ tls: { mode: 'verify-full', serverName: 'db.test' } }))).toBe('TLS_FAILED')
    expect(await reasonOf(check({ tls: { mode: 'disable' } }))).toBe('none')
  })

  it('cancels a statement over TLS', async () => {
    const queries = [{ name: 'slow', sql: 'select count(*) as k from generate_series(1, 100000000000) a', keyFields: ['k'] }]
    const config = { host: '127.0.0.1', port: server.port, database: 'postgres', user: 'reader', tls: { mode: 'require' }, queries }
    const backends = async (): Promise<boolean> =>
      runSql(
        server.url('postgres'),
        `DO $$ BEGIN IF EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active') THEN RAISE 'busy'; END IF; END $$`,
      ).then(
        () => false,
        () => true,
      )
    await using context = await openContext({ config, password: PASSWORD })
    await using connection = await postgres.connect(context)
    const controller = new AbortController()
    const next = postgres.read(connection, { stream: 'slow', cursor: null, signal: controller.signal }).next()
    const reason = reasonOf(next)
    await until(backends, { what: 'the statement to run' })
    controller.abort()
    expect(await reason).toBe('CANCELLED')
    await until(async () => !(await backends()), { timeoutMs: 2000, what: 'the statement to end' })
  })
})
