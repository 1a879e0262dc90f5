import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { createTestContext } from '@inlet/connector-sdk/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { browse } from './browse.js'
import { createFileFixture, type FileFixture } from './fixtures/file-fixture.js'
import fileConnector from './index.js'

let fixture: FileFixture
const { signal } = new AbortController()
beforeEach(async () => {
  fixture = await createFileFixture()
  await fixture.write('in/a.csv', 'id\n1\n')
  await fixture.write('b.txt', 'text')
  await symlink('/etc', path.join(fixture.root, 'etc'))
})
afterEach(() => fixture[Symbol.asyncDispose]())

const connect = async () =>
  fileConnector.connect(await createTestContext({ connector: fileConnector, config: { paths: [fixture.root] }, roots: [fixture.root] }))
const list = async (place: string) => {
  const items = []
  for await (const page of browse.list(await connect(), place, signal)) items.push(...page)
  return items
}

describe('browse', () => {
  it('starts at the allowed folders and descends', async () => {
    expect(await list('')).toEqual([{ name: path.basename(fixture.root), path: fixture.root, directory: true }])
    expect(await list(fixture.root)).toMatchObject([
      { name: 'b.txt', directory: false, size: 4 },
      { name: 'in', directory: true },
    ])
    expect(await list(`${fixture.root}/in`)).toMatchObject([{ path: `${fixture.root}/in/a.csv` }])
  })

  it('describes and fetches a file', async () => {
    const connection = await connect()
    expect(await browse.metadata(connection, `${fixture.root}/b.txt`, signal)).toMatchObject({ name: 'b.txt', size: 4 })
    expect(await text(await browse.fetch(connection, 'b.txt', signal))).toBe('text')
  })

  it.each(['/etc', '../', 'etc'])('does not leave the allowed folders by %s', async (place) => {
    await expect(list(place)).rejects.toMatchObject({ reason: expect.stringMatching(/^PATH_/) })
  })
})
