import { batchHash, keyHash, sha256Hex } from '@inlet/domain'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { applyBatch } from '../batches/apply-batch.js'
import { ensureStreams } from '../runs/heartbeat.js'
import { indexPending } from '../search/index-pending.js'
import { searchRecords } from './search-records.js'
import { testSearch } from './testing/test-search.js'

interface Given {
  readonly stream: string
  readonly key: string
  readonly title: string
  readonly text?: string
  readonly data?: object
}

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
})
afterAll(() => store.close())

/** Creates a source of files: their contents in `documents`, the files themselves in `files`. */
const openFiles = async (records: readonly Given[]) => {
  const { database } = store
  const sourceId = await store.addSource({ streams: ['documents'] })
  await ensureStreams(database, sourceId, [{ name: 'files', kind: 'item', catalog: true }])
  const run = await store.lease(sourceId)
  const lines = records.map(({ stream, key, title, text, data = {} }) =>
    JSON.stringify({ s: stream, k: key, h: keyHash(key), o: 'u', c: sha256Hex(`${stream}${key}`), kind: 'document', title, text, data }),
  )
  const payload = Buffer.from(`[${lines.join(',\n')}]`)
  const counts = { u: records.length, d: 0, n: 0, q: 0 }
  const place = { runId: run.runId, sourceId, epoch: run.epoch, seq: 1, version: 1 }
  await applyBatch(database, { ...place, bytes: payload.length, forwardedAt: 0, payload, counts, sha256: batchHash(payload, undefined) })
  await indexPending(database)
  return async (question: string) => {
    const found = await searchRecords(database, testSearch(question, { filter: { deleted: 'exclude', sourceIds: [sourceId] } }))
    return found?.records ?? []
  }
}

const DIGEST = 'a23e7796203ad1797ab0c35b3c30985543c22e6ac4cc844eb4f220f71f7b4738'

const filed = (key: string, title: string, text: string): readonly Given[] => {
  const name = key.slice(key.lastIndexOf('/') + 1)
  return [
    { stream: 'documents', key, title, text },
    {
      stream: 'files',
      key,
      title: name,
      data: { name, size: text.length, format: 'markdown', readAs: 'documents', sha256: DIGEST, encoding: 'utf-8' },
    },
  ]
}

describe('what a search shows first', () => {
  it('is the content of a file, not its name and size, even if only its name contains the words', async () => {
    const paragraph = 'Nothing here says what the name of the page says, and it says so for a while. '.repeat(4)
    const search = await openFiles([
      ...filed('guides/replication.md', 'Replication', `# Replication\n\n${paragraph}`),
      ...filed('guides/failover.md', 'Failover', `# Failover\n\n${paragraph} Replication must be set up before.`),
      ...filed('notes/plain.md', 'Plain', paragraph),
    ])
    const order = async (question: string) => (await search(question)).map(({ stream, key }) => `${stream} ${key}`)
    expect((await order('how does replication work')).slice(0, 2)).toEqual(['documents guides/replication.md', 'documents guides/failover.md'])
    expect((await order('replication.md'))[0]).toBe('documents guides/replication.md')
    expect((await order('guides/failover.md'))[0]).toBe('documents guides/failover.md')
    expect((await order('plain')).slice(0, 2)).toEqual(['documents notes/plain.md', 'files notes/plain.md'])
    expect((await order(DIGEST))[0]).toMatch(/^files /u)
  })

  it('shows no checksum as the passage that answers', async () => {
    const search = await openFiles(filed('guides/backup.md', 'Backup', 'How to back up.'))
    const [, file] = await search('backup')
    expect(file?.chunks[0]?.snippet).toBe('markdown\ndocuments\nutf-8\n15')
  })

  it('is the part of a long text that contains the words, or its beginning if only the title does', async () => {
    const section = (name: string, words: string): string => `## ${name}\n\n${words.repeat(60)}\n\n`
    const text = [
      `# Almanac\n\n${'What follows is about work of the year. '.repeat(30)}\n\n`,
      section('Ploughing', 'The soil is turned over, deep and even. '),
      section('Watering', 'Harvest depends on how wet the field is kept. '),
      section('Storing', 'Grain must be dry. '),
    ].join('')
    const search = await openFiles([{ stream: 'documents', key: 'almanac.md', title: 'Almanac', text }])
    const best = async (question: string) => (await search(question))[0]?.chunks[0]
    expect((await best('turned soil'))?.headings).toContain('Ploughing')
    expect((await best('how wet should a field be for the harvest'))?.headings).toContain('Watering')
    expect((await best('almanac'))?.ordinal).toBe(0)
  })
})
