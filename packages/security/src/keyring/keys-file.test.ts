import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { withKeysFile } from './keys-file.js'
import { createMasterKeyText, parseKeyring } from './parse-keyring.js'

const folder = mkdtempSync(path.join(tmpdir(), 'inlet-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fileOf = (text: string): string => {
  const file = path.join(folder, 'keys')
  writeFileSync(file, text)
  return file
}

describe('withKeysFile', () => {
  const [k1, k2] = [createMasterKeyText('k1'), createMasterKeyText('k2')]

  it.each([
    ['a line each', `${k2}\n${k1}\n`],
    ['commas', `${k2},${k1}`],
    ['Windows line ends and blanks', `\r\n${k2},\r\n ${k1} \r\n`],
  ])('reads keys separated by %s', (_, text) => {
    const env = withKeysFile({ PORT: '1', INLET_ENCRYPTION_KEYS_FILE: fileOf(text) })
    expect(parseKeyring(env['INLET_ENCRYPTION_KEYS'] ?? '').ids).toEqual(['k2', 'k1'])
    expect(env['PORT']).toBe('1')
  })

  it('leaves an environment without a file alone', () => {
    const env = { INLET_ENCRYPTION_KEYS: k1 }
    expect(withKeysFile(env)).toBe(env)
  })

  it('refuses two places for the keys, and shows neither', () => {
    const refusal = () => withKeysFile({ INLET_ENCRYPTION_KEYS: k1, INLET_ENCRYPTION_KEYS_FILE: fileOf(k2) })
    expect(refusal).toThrow('INLET_ENCRYPTION_KEYS_FILE: is set beside INLET_ENCRYPTION_KEYS; set one of the two')
    expect(refusal).not.toThrow(k1)
  })

  it('says why a file cannot be read', () => {
    expect(() => withKeysFile({ INLET_ENCRYPTION_KEYS_FILE: path.join(folder, 'absent') })).toThrow('cannot be read (ENOENT)')
    expect(() => withKeysFile({ INLET_ENCRYPTION_KEYS_FILE: folder })).toThrow('cannot be read (EISDIR)')
  })
})
