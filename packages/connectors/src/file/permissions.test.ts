import { chmod } from 'node:fs/promises'
import path from 'node:path'
import type { ReadEnd } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext } from '@inlet/connector-sdk/testing'
import { asOrdinaryUser } from '@inlet/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileFixture, type FileFixture } from './fixtures/file-fixture.js'
import fileConnector from './index.js'

let fixture: FileFixture
beforeEach(async () => {
  fixture = await createFileFixture()
  await chmod(fixture.root, 0o755)
  await fixture.write('in/a.csv', 'id\n1\n')
  await fixture.write('in/b.csv', 'id\n2\n')
})
afterEach(async () => {
  await chmod(path.join(fixture.root, 'in'), 0o755)
  await fixture[Symbol.asyncDispose]()
})

const endOf = async (config: object): Promise<ReadEnd> => {
  await using context = await createTestContext({ connector: fileConnector, config, roots: [fixture.root], store: createRecordStore() })
  const connection = await fileConnector.connect(context)
  const reader = fileConnector.read(connection, { stream: 'files', cursor: null, signal: new AbortController().signal })
  for (;;) {
    const step = await reader.next()
    if (step.done === true) return step.value
  }
}

describe('what the user of the worker may not read', () => {
  it('is a file: set aside with the reason of operators, while the others are read', async () => {
    await chmod(path.join(fixture.root, 'in/a.csv'), 0)
    const { rejected, store } = await asOrdinaryUser(() => fixture.run({ paths: ['**/*.csv'] }))
    expect(rejected.map(({ reason }) => reason)).toContain('FILE_NOT_READABLE')
    expect(store.records('rows').map(({ record }) => record.data)).toMatchObject([{ id: '2' }])
  })

  it('is a folder below: nothing of it is swept, and the end has the reason of operators', async () => {
    const config = { paths: ['**/*.csv'] }
    const { store } = await fixture.run(config)
    await chmod(path.join(fixture.root, 'in'), 0)
    expect(await asOrdinaryUser(() => endOf(config))).toMatchObject({ complete: false, reason: 'FILE_NOT_READABLE' })
    expect((await asOrdinaryUser(() => fixture.run(config, { store }))).deleted).toBe(0)
  })

  it('is the allowed folder itself, or one above it', async () => {
    await chmod(path.join(fixture.root, 'in'), 0)
    await expect(asOrdinaryUser(() => fixture.run({ paths: ['in/a.csv'] }))).rejects.toMatchObject({ reason: 'FILE_NOT_READABLE' })
    await expect(asOrdinaryUser(() => fixture.check({ paths: ['in/**/*.csv'] }))).rejects.toMatchObject({ reason: 'FILE_NOT_READABLE' })
  })
})
