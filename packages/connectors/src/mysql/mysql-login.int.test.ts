import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findCommand, findMariadb, startMariadb, type TestMariadb, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReader, reasonOf } from '../sql/fixtures/read-once.js'
import { PASSWORD, sourceOf } from './fixtures/maria-source.js'
import { runMaria } from './fixtures/maria-sql.js'
import mysql from './index.js'

const { checkOnce, openContext, readOnce } = createReader(mysql)

const binaries = findMariadb()
const hasOpenssl = findCommand('openssl', ['openssl']) !== null
const directory = mkdtempSync(path.join(tmpdir(), 'inlet-mysql-tls-'))
let server: TestMariadb

const source = (changes: object = {}) => sourceOf(server, changes)
const read = (changes: object, stream: string, options = {}) => readOnce(source(changes), stream, options)
const check = (changes: object = {}, password = PASSWORD): Promise<void> => checkOnce({ ...source(changes), password })
const sql = (text: string) => runMaria(server, 'app', text)
const busy = async (): Promise<number> =>
  Number((await sql(`SELECT count(*) AS n FROM information_schema.PROCESSLIST WHERE user = 'reader' AND command = 'Query'`))[0]?.['n'])
const ENDLESS = 'select count(*) as k from people a, people b, people c, people d where a.name <> concat(b.name, c.name, d.name)'

const makeCertificates = (): void => {
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Test CA', '-keyout', 'ca.key', '-out', 'ca.crt')
  const names = ['-subj', '/CN=db.test', '-addext', 'subjectAltName=DNS:db.test']
  openssl('req', '-newkey', 'rsa:2048', '-nodes', ...names, '-keyout', 'server.key', '-out', 'server.csr')
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-copy_extensions', 'copy', '-out', 'server.crt']
  openssl('x509', '-req', '-in', 'server.csr', ...signed)
  // The server runs under another account.
  chmodSync(directory, 0o755)
  for (const file of ['ca.crt', 'server.key', 'server.crt']) chmodSync(path.join(directory, file), 0o644)
}

describe.skipIf(binaries === null)(`MariaDB${binaries === null ? ' (not run: no mariadbd and mariadb-install-db on this machine)' : ''}`, () => {
  beforeAll(async () => {
    if (binaries === null) return
    if (hasOpenssl) makeCertificates()
    const file = (name: string): string => path.join(directory, name)
    const flags = hasOpenssl ? [`--ssl-ca=${file('ca.crt')}`, `--ssl-cert=${file('server.crt')}`, `--ssl-key=${file('server.key')}`] : []
    server = await startMariadb(binaries, flags)
    await runMaria(
      server,
      undefined,
      `CREATE DATABASE app CHARACTER SET utf8mb4; CREATE ROLE files; GRANT FILE ON *.* TO files;
      CREATE USER reader@'%' IDENTIFIED BY '${PASSWORD}'; GRANT SELECT, EXECUTE ON app.* TO reader@'%';
      CREATE USER chief@'%' IDENTIFIED BY '${PASSWORD}'; GRANT ALL PRIVILEGES ON *.* TO chief@'%';
      CREATE USER filer@'%' IDENTIFIED BY '${PASSWORD}'; GRANT SELECT, FILE ON *.* TO filer@'%';
      CREATE USER heir@'%' IDENTIFIED BY '${PASSWORD}'; GRANT SELECT ON app.* TO heir@'%'; GRANT files TO heir@'%'; SET DEFAULT ROLE files FOR heir@'%';
      CREATE USER crowded@'%' IDENTIFIED BY '${PASSWORD}' WITH MAX_USER_CONNECTIONS 1; GRANT SELECT ON app.* TO crowded@'%';
      CREATE USER watcher@'%' IDENTIFIED BY '${PASSWORD}'; GRANT PROCESS ON *.* TO watcher@'%'; GRANT SELECT ON app.* TO watcher@'%';
      USE app; CREATE TABLE people (id int PRIMARY KEY, name varchar(50), updated_at timestamp(6) NOT NULL DEFAULT '2024-01-01', gone datetime NOT NULL DEFAULT '0000-00-00 00:00:00');
      INSERT INTO people (id, name) SELECT seq, concat('p', seq) FROM seq_1_to_2500;`,
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
      expect(await reasonOf(check({ database: 'nowhere' }))).toBe('PERMISSION_DENIED')
      expect(await reasonOf(check({ user: 'chief', database: 'nowhere' }))).toBe('NOT_FOUND_UPSTREAM')
      expect(await reasonOf(check({ port: 1 }))).toBe('UNREACHABLE')
      await expect(check({}, 'wrong-password')).rejects.not.toThrow('wrong-password')
    })

    it('reports a server with too many connections as a failure of the server', async () => {
      await using context = await openContext(source({ user: 'crowded' }))
      await using connection = await mysql.connect(context)
      await mysql.check(connection, new AbortController().signal)
      expect(await reasonOf(check({ user: 'crowded' }))).toBe('UPSTREAM_ERROR')
    })

    it('gives up on a server that accepts connections and then stays silent', async () => {
      const silent = net.createServer().listen(0, '127.0.0.1')
      await new Promise((resolve) => silent.once('listening', resolve))
      const { port } = silent.address() as net.AddressInfo
      expect(await reasonOf(check({ port, connectTimeoutSeconds: 1 }))).toBe('TIMEOUT')
      silent.close()
    })

    it('refuses powerful accounts unless allowed', async () => {
      for (const user of ['chief', 'filer', 'heir']) expect(await reasonOf(check({ user }))).toBe('ROLE_TOO_POWERFUL')
      expect(await reasonOf(check({ user: 'chief', allowPowerfulRole: true }))).toBe('none')
      expect(await reasonOf(check({ user: 'watcher' }))).toBe('none')
    })

    it.skipIf(!hasOpenssl)(
      `checks certificate and name${hasOpenssl ? '' : ' (not run: no openssl on the PATH to make certificates with)'}`,
      async () => {
        const ca = readFileSync(path.join(directory, 'ca.crt'), 'utf8')
        const tls = { mode: 'verify-full', ca, serverName: 'db.test' }
        expect(await reasonOf(check({ tls }))).toBe('none')
        expect(await reasonOf(check({ tls: { mode: 'require' } }))).toBe('none')
        expect(await reasonOf(check({ tls: { ...tls, serverName: 'other.test' } }))).toBe('TLS_FAILED')
        expect(await reasonOf(check({ tls: { mode: 'verify-full', serverName: 'db.test' } }))).toBe('TLS_FAILED')
      },
    )
  })

  it('ends statements on the server when they run too long and when they are cancelled', async () => {
    const queries = [{ name: 'slow', sql: ENDLESS, keyFields: ['k'] }]
    expect(await reasonOf(read({ queries, statementTimeoutSeconds: 1 }, 'slow'))).toBe('SQL_TIMEOUT')
    await until(async () => (await busy()) === 0, { timeoutMs: 2000, what: 'the statement to end' })
    const modes = hasOpenssl ? ['disable', 'require'] : ['disable']
    for (const mode of modes) {
      const controller = new AbortController()
      const reading = reasonOf(read({ queries, tls: { mode } }, 'slow', { signal: controller.signal }))
      await until(async () => (await busy()) > 0, { what: 'the statement to run' })
      controller.abort()
      expect(await reading).toBe('CANCELLED')
      await until(async () => (await busy()) === 0, { timeoutMs: 2000, what: 'the statement to end' })
    }
  })
})
