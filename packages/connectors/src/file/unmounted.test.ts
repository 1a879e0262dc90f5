import { mkdir, rename, rm } from 'node:fs/promises'
import { createTestContext } from '@inlet/connector-sdk/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileFixture, type FileFixture } from './fixtures/file-fixture.js'
import fileConnector from './index.js'
import { openListing } from './listing/list-items.js'
import { lookAtFolder } from './listing/same-folder.js'

let fixture: FileFixture
beforeEach(async () => {
  fixture = await createFileFixture()
  await fixture.write('in/a.csv', 'id\n1\n')
})
afterEach(async () => {
  await rm(`${fixture.root}-away`, { recursive: true, force: true })
  await fixture[Symbol.asyncDispose]()
})

describe('an allowed folder that is gone', () => {
  it.each([{ paths: ['**/*.csv'] }, { paths: ['in/a.csv'] }, { paths: ['in'] }])('asks operators for it, whatever names it: %j', async (config) => {
    const { store } = await fixture.run(config)
    await rename(fixture.root, `${fixture.root}-away`)
    await expect(fixture.check(config)).rejects.toMatchObject({ reason: 'FILES_UNAVAILABLE', message: expect.stringContaining(fixture.root) })
    await expect(fixture.run(config, { store })).rejects.toMatchObject({ reason: 'FILES_UNAVAILABLE' })
    await rename(`${fixture.root}-away`, fixture.root)
    expect((await fixture.run(config, { store })).deleted).toBe(0)
  })

  it('does not take the empty folder beneath a mount for the emptied one', async () => {
    const listing = await lookAtFolder(fixture.root)
    await listing.requireSame()
    await rename(fixture.root, `${fixture.root}-away`)
    await mkdir(fixture.root)
    await expect(listing.requireSame()).rejects.toMatchObject({ reason: 'FILES_UNAVAILABLE' })
    await rm(fixture.root, { recursive: true })
    await expect(listing.requireSame()).rejects.toMatchObject({ reason: 'FILES_UNAVAILABLE' })
  })

  it('deletes nothing when the folder is replaced while it is listed', async () => {
    for (const name of ['b', 'c']) await fixture.write(`in/${name}.csv`, `id\n${name}\n`)
    await using context = await createTestContext({ connector: fileConnector, config: { paths: ['**/*.csv'] }, roots: [fixture.root] })
    const listing = await openListing({ ctx: context, mark: '' })
    const items = listing.items(new AbortController().signal)
    await items.next()
    await rename(fixture.root, `${fixture.root}-away`)
    await mkdir(fixture.root)
    const rest = async (): Promise<void> => {
      for await (const _item of items) void 0
    }
    await expect(rest()).rejects.toMatchObject({ reason: 'FILES_UNAVAILABLE' })
    await expect(listing.isGone('in/c.csv')).rejects.toMatchObject({ reason: 'FILES_UNAVAILABLE' })
  })
})
