import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { createTestContext } from '@inlet/connector-sdk/testing'
import { canMountDisk, mountSmallDisk } from '@inlet/testing'
import { expect, it } from 'vitest'
import { makeZip } from '../parsing/fixtures/make-zip.js'
import { createFileFixture } from './fixtures/file-fixture.js'
import fileConnector from './index.js'

it.skipIf(!canMountDisk())(
  'ends the reading when there is no room for a temporary file, sets nothing aside and leaves nothing (needs mount)',
  async () => {
    await using fixture = await createFileFixture()
    // Compressed, so that it has to be put into a file before it can be read.
    await fixture.write('a.zip.gz', gzipSync(makeZip([{ name: 'a.bin', content: randomBytes(900_000) }])))
    using disk = mountSmallDisk(256)
    const workDir = disk?.folder ?? ''
    await using context = await createTestContext({ connector: fileConnector, config: { paths: [fixture.root] }, roots: [fixture.root], workDir })
    const connection = await fileConnector.connect(context)
    const rejected: unknown[] = []
    const read = async (): Promise<void> => {
      for await (const page of fileConnector.read(connection, { stream: 'rows', cursor: null, signal: new AbortController().signal }))
        rejected.push(...(page.rejected ?? []))
    }
    await expect(read()).rejects.toMatchObject({ reason: 'DISK_FULL', code: 'transient', message: expect.stringContaining(`${workDir} on`) })
    expect(rejected).toEqual([])
    expect(readdirSync(workDir)).toEqual([])
  },
)
