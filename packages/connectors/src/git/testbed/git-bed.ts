import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { AcceptanceBed, HostileCase } from '@inlet/connector-sdk/testing'
import { type HttpRemote, startHttpRemote } from './http-remote.js'
import { createTestRepository, manyCommits, type TestRepository } from './test-repository.js'

const COMMITS = 240

/** A repository with merges, links, binaries, odd names and odd messages. */
export const fillSample = (repository: TestRepository): void => {
  repository.commit(...manyCommits(COMMITS - 8))
  repository.commit({ branch: 'side', from: repository.ids()[20] ?? '', message: 'On the side', files: { 'side/notes.md': '# Notes\n' } })
  repository.commit({ message: 'Merge side\n\nWith a body.', merge: 'refs/heads/side', files: { 'side/notes.md': '# Notes\n' } })
  repository.commit(
    { message: 'A link out of the tree', links: { 'src/escape': '../../../etc/passwd' } },
    {
      message: 'Binary and Latin-1',
      files: { 'bin/logo.png': Buffer.from([137, 80, 0, 1, 2]), 'docs/straße ä.txt': Buffer.from('caf\xe9', 'latin1') },
    },
    { message: '', files: { 'docs/ünï"quoted\t.md': 'Text\n' } },
    { message: 'Larger than a limit', files: { 'big/large.txt': 'x'.repeat(40_000) } },
    { message: ':100644 looks like\ta change\n\n\n1\t2\tthree', files: { 'src/gone.txt': 'soon gone\n' } },
    { message: 'Remove', files: { 'src/gone.txt': null } },
  )
}

const change = (repository: TestRepository): Promise<void> => {
  const files = repository.git('ls-tree', '-r', '--name-only', 'main').split('\n')
  const victim = files.find((file) => file.startsWith('src/part-')) ?? 'src/none'
  repository.commit(
    { message: 'Change and remove', files: { [victim]: null, 'src/new.txt': 'new\n', 'side/notes.md': '# More notes\n' } },
    { message: 'One more', files: {} },
  )
  return Promise.resolve()
}

const truth = (repository: TestRepository) => async (): Promise<ReadonlyMap<string, ReadonlySet<string>>> => {
  const files = repository.git('ls-tree', '-r', '-z', '--name-only', 'main').split('\0')
  return new Map([
    ['commits', new Set(repository.ids())],
    ['files', new Set(files.filter((file) => file !== ''))],
  ])
}

const settings = { streams: ['commits', 'files'], pageRecords: 20, maxFileBytes: 20_000 }

/** A writer that commits now and then, as a person with a keyboard and a script. */
const writerOf = (repository: TestRepository) => (): Promise<{ stop(): Promise<void> }> => {
  let number = 10_000
  const timer = setInterval(() => repository.commit(...manyCommits(3, (number += 3))), 30)
  return Promise.resolve({
    stop: () => {
      clearInterval(timer)
      return Promise.resolve()
    },
  })
}

const futureCursor: AcceptanceBed['futureCursor'] = (_stream, last) => ({ ...(last as Record<string, string>), base: null, position: 1_000_000 })

/** A bed that reads a local repository. */
export const openLocalBed = async (): Promise<AcceptanceBed> => {
  const repository = createTestRepository()
  fillSample(repository)
  return {
    config: { ...settings, path: repository.path },
    roots: [path.dirname(repository.path)],
    minRecords: COMMITS,
    truth: truth(repository),
    change: () => change(repository),
    writer: writerOf(repository),
    futureCursor,
    blocked: 'a path has no address',
    crashRounds: 6,
    failures: {
      unreachable: 'a local folder needs no network',
      auth: 'a local folder asks for no credentials',
      permission: { config: { path: '/etc' }, expectReason: 'PATH_NOT_ALLOWED' },
    },
    hostile: [
      { name: 'a branch that does not exist', config: { ...settings, path: repository.path, branch: 'nowhere' }, expectReason: 'INVALID_REF' },
      { name: 'a branch that is an option', config: { ...settings, path: repository.path, branch: '--help' }, expectReason: 'INVALID_REF' },
      {
        name: 'a folder that is no repository',
        config: { ...settings, path: path.join(repository.path, 'objects') },
        expectReason: 'NOT_FOUND_UPSTREAM',
      },
    ],
    large: () => {
      repository.commit(...manyCommits(20_000, 1000))
      return Promise.resolve({ config: { path: repository.path, stats: false, pageRecords: 1000 }, records: 20_000 })
    },
    close: () => Promise.resolve(repository.remove()),
  }
}

/** A bed that reads over http from a real git server with Basic auth. */
export const openRemoteBed = async (): Promise<AcceptanceBed> => {
  const repository = createTestRepository()
  fillSample(repository)
  const token = randomBytes(16).toString('hex')
  const weakToken = randomBytes(16).toString('hex')
  const remote = await startHttpRemote({ root: path.dirname(repository.path), token, weakToken })
  const hostiles: HttpRemote[] = []
  const url = `http://${remote.authority}/sample.git`
  return {
    config: { ...settings, url },
    secrets: { username: 'reader', token },
    allow: [remote.authority],
    minRecords: COMMITS,
    truth: truth(repository),
    change: () => change(repository),
    writer: writerOf(repository),
    futureCursor,
    crashRounds: 4,
    failures: {
      unreachable: { config: { ...settings, url: 'http://127.0.0.1:9/sample.git' }, allow: ['127.0.0.1:9'] },
      auth: { secrets: { username: 'reader', token: `wrong-${token.slice(6)}` } },
      permission: { secrets: { username: 'reader', token: weakToken } },
    },
    hostile: await hostileCases(hostiles),
    openConnections: () => remote.openConnections(),
    close: async () => {
      for (const server of [remote, ...hostiles]) await server.close()
      repository.remove()
    },
  }
}

/** Servers that answer badly, each on a port of its own. */
const hostileCases = async (opened: HttpRemote[]): Promise<readonly HostileCase[]> => {
  const service = 'application/x-git-upload-pack-advertisement'
  const serve = async (
    name: string,
    expectReason: HostileCase['expectReason'],
    answer: NonNullable<HttpRemote['misbehave']>,
  ): Promise<HostileCase> => {
    const remote = await startHttpRemote({ root: '/' })
    remote.misbehave = answer
    opened.push(remote)
    return { name, expectReason, config: { ...settings, url: `http://${remote.authority}/sample.git` }, allow: [remote.authority] }
  }
  return [
    await serve('too many requests', 'RATE_LIMITED', (_request, response) => void response.writeHead(429, { 'retry-after': '1' }).end()),
    await serve('an error of the server', 'UPSTREAM_ERROR', (_request, response) => void response.writeHead(503).end()),
    await serve('no such repository', 'NOT_FOUND_UPSTREAM', (_request, response) => void response.writeHead(404).end()),
    await serve(
      'a login page',
      'UPSTREAM_INVALID',
      (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
    ),
    await serve(
      'a redirect to a private address',
      'TOO_MANY_REDIRECTS',
      (_request, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    ),
    await serve('a cut answer', ['CONNECTION_LOST', 'UPSTREAM_INVALID'], (_request, response) => {
      response.writeHead(200, { 'content-type': service, 'content-length': '5000' })
      response.write('001e# service=git-upload-pack\n0000')
      setImmediate(() => response.destroy())
    }),
    await serve(
      'garbage in the protocol',
      'UPSTREAM_INVALID',
      (_request, response) => void response.writeHead(200, { 'content-type': service }).end('zzzz\0\0'),
    ),
    await serve(
      'an echo of the credentials',
      'PERMISSION_DENIED',
      (request, response) => void response.writeHead(403, { 'content-type': 'text/plain' }).end(`no, ${request.headers.authorization}`),
    ),
  ]
}
