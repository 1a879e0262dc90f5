import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { withSecretFiles } from './secret-files.js'

const folder = mkdtempSync(path.join(tmpdir(), 'inlet-secrets-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fileOf = (text: string): string => {
  const file = path.join(folder, 'secret')
  writeFileSync(file, text)
  return file
}

describe('withSecretFiles', () => {
  it.each([
    ['a line each', 'k2:b\nk1:a\n'],
    ['commas', 'k2:b,k1:a'],
    ['Windows line ends and blanks', '\r\nk2:b,\r\n k1:a \r\n'],
  ])('reads keys separated by %s', (_, text) => {
    const env = withSecretFiles({ PORT: '1', INLET_ENCRYPTION_KEYS_FILE: fileOf(text) })
    expect(env).toMatchObject({ PORT: '1', INLET_ENCRYPTION_KEYS: 'k2:b,k1:a' })
    expect(env['INLET_ENCRYPTION_KEYS_FILE']).toBeUndefined()
  })

  it.each(['DATABASE_URL', 'REDIS_URL'])('reads %s as it stands, without the line end', (key) => {
    expect(withSecretFiles({ [`${key}_FILE`]: fileOf('scheme://user:a,b c@host/x\n') })[key]).toBe('scheme://user:a,b c@host/x')
  })

  it('leaves an environment without files alone', () => {
    const env = { INLET_ENCRYPTION_KEYS: 'k1:a', DATABASE_URL_FILE: '' }
    expect(withSecretFiles(env)).toBe(env)
  })

  it('refuses a setting given twice, and shows neither value', () => {
    const refusal = () => withSecretFiles({ INLET_ENCRYPTION_KEYS: 'k1:secret', INLET_ENCRYPTION_KEYS_FILE: fileOf('k2:b') })
    expect(refusal).toThrow('INLET_ENCRYPTION_KEYS_FILE: is set beside INLET_ENCRYPTION_KEYS; set one of the two')
    expect(refusal).not.toThrow('secret')
  })

  it('says why a file cannot be read', () => {
    expect(() => withSecretFiles({ DATABASE_URL_FILE: path.join(folder, 'absent') })).toThrow('cannot be read (ENOENT)')
    expect(() => withSecretFiles({ DATABASE_URL_FILE: folder })).toThrow('cannot be read (EISDIR)')
  })
})
