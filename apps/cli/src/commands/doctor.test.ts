import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '@inlet/db/embedded'
import { expect, it, onTestFinished } from 'vitest'
import { createTerminal } from '../terminal/terminal.js'
import type { CommandContext } from './context.js'
import { doctor } from './doctor.js'

it('checks the port of the running installation, not the one that another would use', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'inlet-doctor-'))
  onTestFinished(() => rmSync(data, { recursive: true }))
  const port = await freePort()
  writeFileSync(path.join(data, 'running.json'), JSON.stringify({ url: `http://127.0.0.1:${port}` }))
  let printed = ''
  const terminal = createTerminal({ write: (text: string) => void (printed += text) })
  await doctor({ data, output: 'json' }, { terminal, env: {} } as CommandContext)
  const { findings } = JSON.parse(printed) as { findings: readonly { name: string }[] }
  expect(findings.map(({ name }) => name).filter((name) => name.startsWith('port'))).toEqual([`port ${port}`])
})

it('does not report success when no installation was checked', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'inlet-doctor-'))
  onTestFinished(() => rmSync(data, { recursive: true }))
  let printed = ''
  const terminal = createTerminal({ write: (text: string) => void (printed += text) })
  await doctor({ data }, { terminal, env: { PORT: String(await freePort()) } } as unknown as CommandContext)
  expect(printed).toMatch(/no installation was looked at\.|deserves? a look|wrong\./)
  expect(printed).not.toContain('Nothing is wrong.')
})
