import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import { type AcceptanceFixture, describeConnector, repeatUntilStopped } from '@inlet/connector-sdk/testing'
import { createFileFixture } from './fixtures/file-fixture.js'
import fileConnector from './index.js'

const csv = (from: number, to: number) => `id,name,about\n${rows(from, to)}`
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i},name ${from + i},"about, ${from + i}"\n`).join('')

const openFixture = async (): Promise<AcceptanceFixture> => {
  const fixture = await createFileFixture()
  const at = (name: string) => path.join(fixture.root, name)
  await fixture.write('tables/big.csv', csv(0, 6000))
  await fixture.write('tables/small.csv.gz', gzipSync(csv(0, 50)))
  await fixture.write('tables/gone.tsv', 'id\tn\n1\tx\n')
  await fixture.write('lines.ndjson', Array.from({ length: 3000 }, (_, i) => `{"id":${9007199254740993n + BigInt(i)}}\n`).join(''))
  await fixture.write('list.json', JSON.stringify(Array.from({ length: 1500 }, (_, i) => ({ id: i, tags: ['a', 'b'] }))))
  for (let i = 0; i < 8; i++) await fixture.write(`docs/${i}.md`, `# Title ${i}\n\n${'Some text. '.repeat(20_000)}`)
  await fixture.write('unnamed', csv(0, 10))
  return {
    config: { paths: [`${fixture.root}/**`], uploads: ['upload-1'] },
    roots: [fixture.root],
    uploads: [{ id: 'upload-1', name: 'upload.csv', content: Buffer.from(csv(0, 20)) }],
    minRecords: 10_000,
    truth: () =>
      Promise.resolve(
        new Map([
          ['documents', new Set(Array.from({ length: 8 }, (_, i) => `docs/${i}.md`))],
          [
            'files',
            new Set([
              'upload-1',
              'lines.ndjson',
              'list.json',
              'unnamed',
              'tables/big.csv',
              'tables/small.csv.gz',
              'tables/gone.tsv',
              ...Array.from({ length: 8 }, (_, i) => `docs/${i}.md`),
            ]),
          ],
        ]),
      ),
    async change() {
      await appendFile(at('tables/big.csv'), rows(6000, 6100))
      await writeFile(at('list.json'), '[{"id":1}]')
      await rm(at('tables/gone.tsv'))
      await writeFile(at('docs/0.md'), '# Other')
      await rm(at('docs/1.md'))
      await fixture.write('added/new.csv', csv(0, 5))
    },
    failures: {
      unreachable: { config: { paths: [`${fixture.root}/none/*.csv`] }, expectReason: 'NOT_FOUND_UPSTREAM' },
      auth: 'files need no credentials',
      permission: { config: { paths: ['/etc/passwd'] }, expectReason: 'PATH_NOT_ALLOWED' },
    },
    futureCursor: 'a cursor names a pass and a file, not a time',
    hostile: [
      {
        name: 'truncated gzip',
        config: await alone('cut.csv.gz', gzipSync(csv(0, 9000)).subarray(0, 20_000)),
        expectReason: 'FILE_UNREADABLE',
        rejected: true,
      },
      {
        name: 'program as CSV',
        config: await alone('evil.csv', Buffer.from('MZ\x90\0\0\0', 'latin1')),
        expectReason: 'CONTENT_MISMATCH',
        rejected: true,
      },
      {
        name: 'bomb',
        config: await alone('bomb.ndjson.gz', gzipSync(`{"a":1}\n${`${' '.repeat(1023)}\n`.repeat(66 * 1024)}`)),
        expectReason: 'ARCHIVE_BOMB',
        rejected: true,
      },
      { name: 'page instead of JSON', config: await alone('page.json', '<html>'), expectReason: 'CONTENT_MISMATCH', rejected: true },
    ],
    drift: [
      { name: 'a column added', apply: () => writeFile(at('tables/big.csv'), 'id,name,about,more\n1,a,b,c\n') },
      { name: 'the header gone', apply: () => writeFile(at('tables/big.csv'), rows(0, 3)) },
      { name: 'not text any more', apply: () => writeFile(at('tables/big.csv'), Buffer.alloc(1000)) },
    ],
    async writer() {
      let next = 6000
      return repeatUntilStopped(async () => {
        await appendFile(at('tables/big.csv'), rows(next, ++next))
        if (next % 10 === 0) await fixture.write(`written/${next}.csv`, csv(0, 3))
      }, 5)
    },
    async large() {
      const records = 300_000
      await mkdir(at('large'), { recursive: true })
      const out = createWriteStream(at('large/large.csv'))
      out.write('id,name,email\n')
      for (let from = 0; from < records; from += 10_000) {
        const block = Array.from({ length: 10_000 }, (_, i) => `${from + i},name ${from + i},user${from + i}@example.test\n`).join('')
        if (!out.write(block)) await once(out, 'drain')
      }
      out.end()
      await finished(out)
      return { records, stream: 'rows', config: { paths: [at('large/large.csv')] } }
    },
    close: async () => fixture[Symbol.asyncDispose](),
  }

  async function alone(name: string, content: string | Uint8Array) {
    await fixture.write(`.hostile/${name}`, content)
    return { paths: [`${fixture.root}/.hostile/${name}`] }
  }
}

describeConnector(fileConnector, {
  fixture: openFixture,
  skip: {
    canary: 'the connector has no secrets',
    'rate-limit': 'a file system has no rate limit',
  },
})
