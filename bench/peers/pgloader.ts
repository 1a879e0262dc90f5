import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runCommand } from '../stack/run-command.js'

/** Copies a database with pgloader's usual settings; answers the seconds of the whole command. */
export const runPgloader = async (binary: string, from: string, into: string): Promise<number> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-pgloader-'))
  const file = path.join(folder, 'copy.load')
  // ?sslmode: pgloader would otherwise first try TLS, which the embedded server does not speak.
  writeFileSync(file, `LOAD DATABASE\n  FROM ${from}?sslmode=disable\n  INTO ${into}?sslmode=disable;\n`)
  try {
    const started = performance.now()
    const output = await runCommand(binary, ['--root-dir', folder, file])
    const seconds = (performance.now() - started) / 1000
    if (/ (ERROR|FATAL) /.test(output)) throw new Error(`pgloader:\n${output.slice(-2_000)}`)
    return seconds
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
