import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { readSecrets, splitPair } from './pairs.js'

it('reads secrets from the environment and from files', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-pairs-'))
  try {
    writeFileSync(path.join(folder, 'token'), 'of-file\n')
    expect(readSecrets(['password=env:PASS', `token=file:${folder}/token`], { PASS: 'of=env' })).toEqual({ password: 'of=env', token: 'of-file' })
    expect(readSecrets([], {})).toBeNull()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it.each([
  ['a secret in the command', 'password=hunter2', /does not belong in a command/],
  ['a variable that is not set', 'password=env:NOT_SET', /^NOT_SET is not set$/],
])('refuses %s, without showing it', (_what, pair, message) => {
  expect(() => readSecrets([pair], {})).toThrow(message)
  expect(() => readSecrets([pair], {})).not.toThrow(/hunter2/)
})

it('splits labels at = or :', () => {
  expect([splitPair('team=crm', 'x'), splitPair('team:a=b', 'x')]).toEqual([
    ['team', 'crm'],
    ['team', 'a=b'],
  ])
  expect(() => splitPair('team', '--label name=value')).toThrow('write --label name=value')
})
