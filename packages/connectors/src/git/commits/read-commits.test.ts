import type { KnownRecords } from '@inlet/connector-sdk'
import { expect, it } from 'vitest'
import { gitConfigSchema } from '../config.js'
import { readFiles } from '../files/read-files.js'
import type { GitCursor } from '../rules/cursor.js'
import { type ReadOrder, readCommits } from './read-commits.js'

const KNOWN = {} as KnownRecords
const readBoth = async (cursor: GitCursor | null): Promise<readonly unknown[]> => {
  const order: ReadOrder = {
    config: gitConfigSchema.parse({ path: '/repository' }),
    projectId: 'p',
    snapshot: { target: null, setup: { workDir: '/', protocols: 'none' } },
    cursor,
    signal: new AbortController().signal,
  }
  return Promise.all([readCommits(order), readFiles(order, KNOWN)].map(async (pages) => (await pages.next()).value))
}

it('doubts a repository that had commits and has none any more, such as one that was created again', async () => {
  expect(await readBoth(null)).toMatchObject([{ complete: true }, { complete: true }])
  const cursor = { branch: 'main', head: 'a'.repeat(40), query: 'q' } as GitCursor
  expect(await readBoth(cursor)).toMatchObject([
    { complete: false, reason: 'SOURCE_EMPTY' },
    { complete: false, reason: 'SOURCE_EMPTY' },
  ])
})
