import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { appendFile, rename, utimes } from 'node:fs/promises'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import type { Reason } from '@inlet/connector-sdk'
import { type AcceptanceFixture, describeConnector, repeatUntilStopped } from '@inlet/connector-sdk/testing'
import { combinedLine, combinedLines, createLogFixture } from './fixtures/log-fixture.js'
import apiLog from './index.js'

const jsonLines = (from: number, to: number): string =>
  Array.from(
    { length: to - from },
    (_, i) => `{"ts":${1_800_000_000 + from + i},"request":{"method":"GET","uri":"/j/${from + i}"},"status":200}\n`,
  ).join('')

// Compressed once, and not for each of the sixteen checks.
const logs = {
  older: gzipSync(combinedLines(20_000, 23_000)),
  cut: gzipSync(combinedLines(0, 9000)).subarray(0, 20_000),
  bomb: gzipSync(combinedLine(1, `/${'x'.repeat(20_000)}`).repeat(3_600)),
}

const openFixture = async (): Promise<AcceptanceFixture> => {
  const fixture = await createLogFixture()
  const at = (name: string) => path.join(fixture.root, name)
  await fixture.write('web/access.log', combinedLines(0, 4000))
  await fixture.write('web/access.log.1', combinedLines(10_000, 13_000))
  await fixture.write('web/access.log.2.gz', logs.older)
  await fixture.write('web/access.json', jsonLines(0, 2500))
  return {
    config: { paths: [`${fixture.root}/web/access.log`, `${fixture.root}/web/*.json`] },
    roots: [fixture.root],
    minRecords: 12_500,
    async change() {
      await appendFile(at('web/access.log'), combinedLines(4000, 4100))
      await rename(at('web/access.log'), at('web/access.log.3'))
      await appendFile(at('web/access.log.3'), combinedLine(4100))
      await fixture.write('web/access.log', combinedLines(5000, 5010))
    },
    failures: {
      unreachable: { config: { paths: [`${fixture.root}/none/*.log`] }, expectReason: 'NOT_FOUND_UPSTREAM' },
      auth: 'files need no credentials',
      permission: { config: { paths: ['/etc/passwd'] }, expectReason: 'PATH_NOT_ALLOWED' },
    },
    futureCursor: 'the cursor says how far each log was read, not when',
    hostile: [
      {
        name: 'truncated gzip',
        config: await alone('cut.log.gz', logs.cut),
        ...rejectedAs('FILE_UNREADABLE'),
      },
      {
        name: 'bomb',
        config: await alone('bomb.log.gz', logs.bomb),
        ...rejectedAs('ARCHIVE_BOMB'),
      },
      {
        name: 'another compression',
        config: await alone('a.log.xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])),
        ...rejectedAs('CONTENT_MISMATCH'),
      },
      { name: 'no log', config: await alone('page.log', '<html>\n<body>\n'), ...rejectedAs('RECORD_INVALID') },
      { name: 'endless line', config: await alone('long.log', `${'x'.repeat(3_000_000)}\n`), ...rejectedAs('RECORD_TOO_LARGE') },
    ],
    drift: [
      { name: 'another format in the same log', apply: () => appendFile(at('web/access.log'), jsonLines(9000, 9010)) },
      { name: 'a field more', apply: () => appendFile(at('web/access.log'), combinedLine(1).replace('\n', ' "10.1.1.1"\n')) },
      { name: 'no log any more', apply: () => appendFile(at('web/access.log'), 'something else\n') },
    ],
    async writer() {
      let next = 6000
      let generation = 10
      return repeatUntilStopped(async () => {
        await appendFile(at('web/access.log'), combinedLine(next++))
        if (next % 40 === 0) await rename(at('web/access.log'), at(`web/access.log.${generation++}`))
      }, 5)
    },
    async large() {
      const records = 600_000
      await fixture.write('large/empty', '')
      const out = createWriteStream(at('large/access.log'))
      for (let from = 0; from < records; from += 10_000) if (!out.write(combinedLines(from, from + 10_000))) await once(out, 'drain')
      out.end()
      await finished(out)
      return { records, config: { paths: [at('large/access.log')] } }
    },
    close: async () => fixture[Symbol.asyncDispose](),
  }

  /** Last written long ago, so that it is not mistaken for a file still being written. */
  async function alone(name: string, content: string | Uint8Array) {
    await fixture.write(`.hostile/${name}`, content)
    await utimes(at(`.hostile/${name}`), 0, 0)
    return { paths: [at(`.hostile/${name}`)] }
  }
}

const rejectedAs = (expectReason: Reason) => ({ expectReason, rejected: true as const })

describeConnector(apiLog, {
  fixture: openFixture,
  skip: {
    canary: 'the connector has no secrets',
    'rate-limit': 'a file system has no rate limit',
  },
})
