import type { Connection, Connector, Page, RejectedRecord } from '@inlet/connector-sdk'
import { createRecordStore, createTestContext, type RecordStore } from '@inlet/connector-sdk/testing'

export interface BlobRun {
  readonly store: RecordStore
  readonly emitted: number
  readonly deleted: number
  readonly rejected: readonly RejectedRecord[]
}

export interface BlobSettings {
  readonly config: object
  readonly secrets?: object
  readonly allow: readonly string[]
}

/** One run over all streams of a blob connector. */
export const runBlobs = async <Config, Secrets, C extends Connection>(
  connector: Connector<Config, Secrets, C>,
  { config, secrets = {}, allow }: BlobSettings,
  store: RecordStore = createRecordStore(),
): Promise<BlobRun> => {
  await using context = await createTestContext({ connector, config, secrets, allow, store })
  await using connection = await connector.connect(context)
  const { signal } = new AbortController()
  const pages: Page[] = []
  let deleted = 0
  for (const spec of await connector.streams(connection, signal)) {
    const run = store.beginRun(spec)
    for await (const page of connector.read(connection, { stream: spec.name, cursor: store.cursor(spec.name), signal })) {
      deleted += run.apply(page).deleted
      pages.push(page)
    }
  }
  return {
    store,
    deleted,
    emitted: pages.reduce((sum, page) => sum + page.records.length, 0),
    rejected: pages.flatMap((page) => page.rejected ?? []),
  }
}

/** Resolves when the check does. */
export const checkBlobSource = async <Config, Secrets, C extends Connection>(
  connector: Connector<Config, Secrets, C>,
  { config, secrets = {}, allow }: BlobSettings,
): Promise<void> => {
  await using context = await createTestContext({ connector, config, secrets, allow })
  await using connection = await connector.connect(context)
  await connector.check(connection, new AbortController().signal)
}
