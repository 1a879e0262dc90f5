import path from 'node:path'
import type { SourceRecord } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext, type RecordStore, type TestContext } from '@inlet/connector-sdk/testing'
import type { GitConfig, GitSecrets } from '../config.js'
import git from '../index.js'
import type { TestRepository } from './test-repository.js'

export interface ReadOptions {
  /** Over `{ path, streams: both }`; undefined removes a setting. */
  readonly config?: object
  readonly secrets?: object
  readonly allow?: readonly string[]
  /** Default: an empty one. */
  readonly store?: RecordStore
  readonly workDir?: string
  readonly change?: (context: TestContext<GitConfig, GitSecrets>) => TestContext<GitConfig, GitSecrets>
}

/** Reads one stream from the store's cursor to its end, stores it and returns what came, in order. */
export const readStream = async (repository: TestRepository, stream: string, options: ReadOptions = {}): Promise<readonly SourceRecord[]> => {
  const { config = {}, store = createRecordStore(), change, ...rest } = options
  await using context = await createTestContext({
    connector: git,
    config: { path: repository.path, streams: ['commits', 'files'], ...config },
    roots: [path.dirname(repository.path)],
    store,
    ...rest,
  })
  await using connection = await git.connect(change?.(context) ?? context)
  const specs = await git.streams(connection, context.signal)
  const spec = specs.find((candidate) => candidate.name === stream)
  if (spec === undefined) throw new Error(`no stream ${stream}`)
  const run = store.beginRun(spec)
  const records: SourceRecord[] = []
  for await (const page of git.read(connection, { stream, cursor: store.cursor(stream), signal: context.signal })) {
    run.apply(page)
    records.push(...page.records)
  }
  return records
}
