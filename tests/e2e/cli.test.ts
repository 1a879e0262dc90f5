import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import type { UploadPage } from '@inlet/contract'
import { createDatabase, insertApiKey } from '@inlet/db'
import { createApiKey, parseKeyring } from '@inlet/security'
import { createTestDatabase, type TestDatabase, until } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parse } from 'yaml'
import { runProgram } from '../../apps/cli/src/program/run-program.js'
import { createTerminal } from '../../apps/cli/src/terminal/terminal.js'
import { type Cluster, createCluster } from '../harness/cluster.js'

interface Result {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface Situation {
  readonly env?: Readonly<Record<string, string>>
  readonly stopped?: Promise<unknown>
  /** To a question for a secret. */
  readonly answer?: string
  readonly onOut?: (text: string) => void
}

describe('inlet on a real installation', () => {
  let folder: string
  let store: TestDatabase
  let cluster: Cluster
  let keys: { readonly admin: string; readonly read: string }
  let url: string

  const run = async (args: readonly string[], more: Situation = {}): Promise<Result> => {
    let out = ''
    let err = ''
    const write = (text: string): void => {
      out += text
      more.onOut?.(text)
    }
    const context = {
      terminal: createTerminal({ write }),
      stdout: new PassThrough(),
      env: { INLET_URL: url, INLET_API_KEY: keys.admin, FEED_PASSWORD: 'canary-of-cli', ...more.env },
      stopped: more.stopped ?? new Promise(() => {}),
      confirm: async () => false,
      ask: async () => more.answer ?? '',
    }
    const code = await runProgram(args, context, { stdout: write, stderr: (text) => void (err += text) })
    return { code, out, err }
  }
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(folder, name), text)
    return path.join(folder, name)
  }
  const SOURCES = `sources:
  docs:
    name: Docs
    connector: file
    config: { paths: ['**/*.md'] }
    labels: { team: core }
  feed:
    connector: rss
    config: { feeds: ['https://example.com/feed'] }
    secrets: { username: { fromFile: user }, password: { fromEnv: FEED_PASSWORD } }
    schedule: { cron: '0 3 * * *', timeZone: Europe/Berlin }
    freshWithin: 36h
    paused: true
`

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'inlet-cli-'))
    mkdirSync(path.join(folder, 'docs'))
    writeFileSync(path.join(folder, 'docs/one.md'), '# One\n\nA page about marmalade.\n')
    file('user', 'reader\n')
    store = await createTestDatabase(inject('postgresUrl'), inject('templateDatabase'))
    cluster = createCluster({ databaseUrl: store.url, fileRoots: [path.join(folder, 'docs')] })
    const [api] = await Promise.all([cluster.start('api'), cluster.start('worker'), cluster.start('scribe')])
    url = `http://127.0.0.1:${api.opsPort}`
    const database = createDatabase({ url: store.url, applicationName: 'test', poolSize: 1 })
    const add = async (scope: 'admin' | 'read'): Promise<string> => {
      const key = createApiKey(parseKeyring(cluster.encryptionKeys))
      await insertApiKey(database, { id: key.id, name: scope, hash: key.hash, scopes: [scope], expiresAt: null }, 'test')
      return key.plaintext
    }
    keys = { admin: await add('admin'), read: await add('read') }
    await database.close()
    const isReady = async (): Promise<boolean> => (await fetch(`${url}/ready`).catch(() => undefined))?.ok === true
    await until(isReady, { timeoutMs: 115_000, everyMs: 50, what: 'the api' })
  })
  afterAll(async () => {
    await cluster.close()
    await store.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('applies files, changes nothing the second time, and takes its own export back', async () => {
    const sources = file('sources.yaml', SOURCES)
    const dry = await run(['apply', '-f', sources, '--dry-run'])
    expect([dry.code, dry.out]).toEqual([2, '+ docs  (file)\n+ feed  (rss)\nPlan: 2 to create, 0 to change, 0 to delete, 0 unchanged.\n'])
    expect((await run(['apply', '-f', sources])).out).toContain('Applied: 2 created')
    const again = await run(['apply', '-f', sources])
    expect([again.code, again.out]).toEqual([0, 'Plan: 0 to create, 0 to change, 0 to delete, 2 unchanged.\n'])

    const exported = path.join(folder, 'exported.yaml')
    expect((await run(['export', '-o', exported])).code).toBe(0)
    expect(readFileSync(exported, 'utf8')).not.toContain('canary')
    expect((await run(['apply', '-f', exported, '--dry-run'])).code).toBe(0)

    const other = await run(['apply', '-f', sources, '--dry-run', '--json'], { env: { FEED_PASSWORD: 'canary-of-another' } })
    expect(other.code).toBe(2)
    expect(JSON.parse(other.out)).toMatchObject({
      counts: { update: 1, unchanged: 1 },
      sources: [{}, { slug: 'feed', changes: [{ path: 'secrets' }] }],
    })
    expect(other.out).not.toContain('canary')
  })

  it('prunes what it made, only with a yes, and nothing that is not its own', async () => {
    const extra = file('extra.yaml', 'sources: { extra: { connector: rss, config: { feeds: ["https://example.com/x"] }, paused: true } }')
    const none = file('none.yaml', 'sources: {}')
    expect((await run(['apply', '-f', extra, '--owner', 'team'])).code).toBe(0)
    const asked = await run(['apply', '-f', none, '--owner', 'team', '--prune'])
    expect([asked.code, asked.err]).toEqual([1, expect.stringContaining('add --yes')])
    expect((await run(['apply', '-f', none, '--owner', 'team', '--prune', '--yes'])).out).toContain('1 deleted')
    expect(JSON.parse((await run(['sources', '--json'])).out).items.map(({ slug }: { slug: string }) => slug)).toEqual(['docs', 'feed'])
  })

  it('runs a source to its end, finds its records and says what happened', async () => {
    const followed = await run(['run', 'docs', '--follow', '--json'])
    const last = JSON.parse(followed.out.trim().split('\n').at(-1) ?? '')
    expect([followed.code, last.status, last.error]).toEqual([0, 'ended', null])
    await until(async () => (await run(['search', 'marmalade'])).out.includes('Docs · documents · one.md'), { what: 'the search to find it' })
    expect((await run(['runs', '--source', 'docs'])).out).toMatch(/^RUN .*\n.* docs {4}manual/)
    const tested = await run(['test', 'docs', '-f', file('sources.yaml', SOURCES), '--json'])
    expect([tested.code, JSON.parse(tested.out).records.map(({ raw }: { raw: { key: string } }) => raw.key)]).toEqual([
      0,
      expect.arrayContaining(['one.md']),
    ])
    expect((await run(['why', 'feed'])).out).toContain('what to do')

    let stop = (): void => undefined
    const stopped = new Promise<void>((resolve) => {
      stop = resolve
    })
    const events: string[] = []
    const logs = run(['logs', '-f', '--json', '--source', 'feed', '--limit', '1'], { stopped, onOut: (text) => void events.push(text) })
    expect((await run(['sources', 'resume', 'feed'])).out).toMatch(/^feed: (?:active|waiting|running)/)
    await until(() => events.some((text) => text.includes('PAUSED → ACTIVE')), { timeoutMs: 20_000, everyMs: 20, what: 'the event of the change' })
    expect((await run(['sources', 'pause', 'feed'])).code).toBe(0)
    stop()
    expect((await logs).code).toBe(0)
  })

  it.each([
    ['an unknown connector', 'sources:\n  x:\n    connector: nothing\n', 1, /bad\.yaml:3:16: there is no connector "nothing"/],
    [
      'a setting the API refuses',
      'sources:\n  x:\n    connector: rss\n    config:\n      feeds: []\n      feed: 5\n',
      1,
      /bad\.yaml:6:13: config\.feed: /,
    ],
    ['YAML that cannot be read', 'sources:\n  x: [\n', 78, /bad\.yaml:3:1: /],
    ['an unknown field', 'sources:\n  x: { conector: rss }\n', 78, /bad\.yaml:2:8: unknown field "conector"; did you mean "connector"\?/],
    ['a missing variable', 'sources:\n  x: { connector: rss, secrets: { password: { fromEnv: NOT_THERE } } }\n', 78, /NOT_THERE is not set/],
    ['a secret in the file', 'sources:\n  x: { connector: rss, secrets: { password: canary-in-file } }\n', 78, /a secret must not stand in a file/],
  ])('refuses %s where it stands, and changes nothing', async (_what, text, code, message) => {
    const result = await run(['apply', '-f', file('bad.yaml', text)])
    expect(result.code).toBe(code)
    expect(result.out + result.err).toMatch(message)
    expect(result.out + result.err).not.toContain('canary')
    expect((await run(['sources', 'get', 'x'])).code).toBe(1)
  })

  it('says what is wrong with address, key and words by its exit code and the next step', async () => {
    const sources = file('sources.yaml', SOURCES)
    const wrong = await run(['sources'], { env: { INLET_API_KEY: 'inl_wrong' } })
    expect([wrong.code, wrong.err]).toEqual([77, expect.stringContaining('Check the key')])
    const denied = await run(['apply', '-f', sources, '--json'], { env: { INLET_API_KEY: keys.read } })
    expect([denied.code, JSON.parse(denied.err).error.code]).toEqual([77, 'FORBIDDEN'])
    const away = await run(['sources', '--url', 'http://127.0.0.1:1'])
    expect([away.code, away.err]).toEqual([69, expect.stringContaining('inlet doctor')])
    const misspelt = await run(['aply'])
    expect([misspelt.code, misspelt.err]).toEqual([64, expect.stringContaining('Did you mean apply?')])
    expect((await run(['apply'])).code).toBe(64)
  })

  it('registers a file from the command line, and finds what is in it', async () => {
    const people = file('people.csv', 'name,role,city\nAda Lovelace,mathematician,London\nAlan Turing,computer scientist,Manchester\n')
    const made = await run(['sources', 'create', people, '--name', 'People', '--label', 'team=hr', '--follow'])
    expect([made.code, made.out]).toEqual([0, expect.stringContaining('people: registered (file)')])
    await until(async () => (await run(['search', 'who', 'comes', 'from', 'Manchester?'])).out.includes('Alan Turing'), {
      what: 'the search to find it',
    })
    const described = await run(['describe', 'people'])
    expect(described.out).toContain('inlet run people')
    expect(JSON.parse((await run(['describe', 'people', '-o', 'json'])).out)).toMatchObject({
      source: { slug: 'people' },
      incidents: [],
      runs: [{ outcome: 'ok' }],
    })

    const uploads = async () =>
      ((await (await fetch(`${url}/v1/uploads`, { headers: { authorization: `Bearer ${keys.admin}` } })).json()) as UploadPage).items.length
    const before = await uploads()
    const taken = await run(['sources', 'create', people, '--name', 'People', '-o', 'json'])
    expect([taken.code, JSON.parse(taken.err).error.code, await uploads()]).toEqual([1, 'NAME_TAKEN', before])
    expect((await run(['sources', 'create', path.join(folder, 'none.csv')])).err).toContain('none.csv does not exist')
    expect((await run(['sources', 'create', folder])).err).toContain(`${folder} is a folder: name files, or register it with`)
    const secret = await run(['sources', 'create', '--connector', 'postgres', '--name', 'x', '--secret', 'password=canary-in-words'])
    expect([secret.code, secret.err]).toEqual([1, expect.not.stringContaining('canary')])
    expect((await run(['sources', 'delete', 'people', '--yes'])).code).toBe(0)
  })

  it('lists every kind of thing in every form', async () => {
    for (const noun of [
      'sources',
      'uploads',
      'runs',
      'events',
      'workers',
      'incidents',
      'notifications',
      'audit',
      'credentials',
      'keys',
      'connectors',
      'versions docs',
      'hooks docs',
    ]) {
      const words = noun.split(' ')
      const [table, json, yaml, name] = [
        await run(words),
        await run([...words, '-o', 'json']),
        await run([...words, '-o', 'yaml']),
        await run([...words, '-o', 'name']),
      ]
      const { items } = JSON.parse(json.out) as { items: readonly object[] }
      expect({ noun, codes: [table, json, yaml, name].map(({ code }) => code) }).toEqual({ noun, codes: [0, 0, 0, 0] })
      expect(parse(yaml.out)).toHaveProperty('items')
      expect({ noun, names: name.out.split('\n').filter((line) => line !== '').length }).toEqual({ noun, names: items.length })
      const lines = table.out.trim().split('\n')
      expect({ noun, lines, count: lines.length }).toMatchObject({ count: items.length === 0 ? 1 : items.length + 1 })
    }
  })

  it('acts on credentials, notifications and versions', async () => {
    const made = await run([
      'credentials',
      'create',
      '--name',
      'crm',
      '--connector',
      'rss',
      '--secret',
      'password=env:FEED_PASSWORD',
      '--target',
      'https://example.com',
    ])
    expect([made.code, made.out]).toEqual([0, expect.stringContaining('--credential crm')])
    expect((await run(['credentials', 'get', 'crm'])).out).toContain('No source uses it.')
    expect((await run(['credentials', 'update', 'crm', '--name', 'feeds'])).out).toContain('feeds: changed')
    expect((await run(['credentials', 'delete', 'feeds'])).code).toBe(0)

    const target = JSON.parse(
      (await run(['notifications', 'create', '--name', 'on-call', '--address', 'https://example.com/hook', '--event', 'error', '-o', 'json'])).out,
    )
    expect(target).toMatchObject({ events: ['error'], secret: expect.stringMatching(/^whsec_/) })
    expect((await run(['notifications', 'disable', target.id])).out).toContain('left alone')
    expect((await run(['notifications', 'deliveries', target.id])).out).toBe('No messages yet.\n')
    expect((await run(['notifications', 'delete', target.id])).code).toBe(0)

    expect((await run(['versions', 'diff', 'docs', '--from', '1', '--to', 'live'])).out).toBe('1 and live say the same.\n')
    expect([(await run(['versions', 'publish', 'docs'])).code, (await run(['versions', 'rollback', 'docs', '1'])).code]).toEqual([1, 1])
  })

  it('stores address and key, and talks to them', async () => {
    const env = { INLET_URL: '', INLET_API_KEY: '', XDG_CONFIG_HOME: path.join(folder, 'config') }
    const wrong = await run(['login', url], { env, answer: 'inl_wrong' })
    expect(wrong.code).toBe(77)
    const signedIn = await run(['login', url, '--name', 'here'], { env, answer: keys.read })
    expect([signedIn.code, signedIn.out + signedIn.err]).toEqual([0, expect.not.stringContaining(keys.read)])
    expect((await run(['sources', '-o', 'name'], { env })).out).toContain('docs')
    expect((await run(['context', '-o', 'name'], { env })).out).toBe('here\n')
    expect((await run(['context', 'use', 'nowhere'], { env })).err).toContain('there are: here')
    expect((await run(['context', 'use'], { env })).code).toBe(0)
    expect((await run(['sources', '--context', 'here', '-o', 'name'], { env })).out).toContain('docs')
    expect((await run(['context', 'delete', 'here'], { env })).code).toBe(0)
  })

  it('suggests the source that was meant', async () => {
    for (const words of ['why dcos', 'sources get doc', 'runs --source dosc', 'search x --source doc', 'events --source doc'])
      expect((await run(words.split(' '))).err).toContain('did you mean "docs"?')
  })

  it('examines an installation', async () => {
    const env = { DATABASE_URL: store.url, INLET_ENCRYPTION_KEYS: cluster.encryptionKeys }
    const args = ['doctor', '--json', '--data', folder]
    const healthy = JSON.parse((await run(args, { env })).out)
    const status = (name: string) => healthy.findings.find((finding: { name: string }) => finding.name === name)?.status
    expect(['node', 'data folder', 'database', 'migrations', 'clock', 'encryption key', 'processes', 'queue', 'api'].map(status)).toEqual(
      Array(9).fill('ok'),
    )
    const remote = async (more: Readonly<Record<string, string>>) => {
      const { out } = await run(['doctor', '--json', '--data', path.join(folder, 'nothing'), '--url', url], { env: more })
      const { findings } = JSON.parse(out) as { findings: { name: string; status: string; message: string }[] }
      return ['queue', 'processes', 'incidents', 'api'].map((name) => findings.filter((finding) => finding.name === name).map(({ status: is }) => is))
    }
    expect(await remote({ INLET_API_KEY: keys.read })).toEqual([['ok'], ['ok'], ['ok'], ['ok']])
    expect(await remote({ INLET_API_KEY: '' })).toEqual([['ok'], ['skip'], ['skip'], ['ok']])
    const broken = await run(args, {
      env: { ...env, INLET_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`, INLET_SOURCES_FILE: path.join(folder, 'nothing.yaml') },
    })
    const failed = JSON.parse(broken.out).findings.filter((finding: { status: string }) => finding.status === 'fail')
    expect([broken.code, failed.map(({ name }: { name: string }) => name)]).toEqual([1, ['encryption key', 'files of sources']])
    for (const { next } of failed) expect(next).not.toBe('')
  })
})
