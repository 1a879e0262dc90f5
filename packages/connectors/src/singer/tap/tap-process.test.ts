import { tmpdir } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { startTap } from './tap-process.js'

/** A tap whose child leaves the process group and holds the pipes; the tap writes the child's id and exits, or stays. */
const leavingChild = (stays: boolean): string => `
const { spawn } = require('node:child_process')
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: ['ignore', 'inherit', 'inherit'] })
process.stdout.write(child.pid + '\\n')
child.unref()
${stays ? 'setInterval(() => {}, 1000)' : ''}`

describe('a tap whose child outlives it', () => {
  let child = 0
  afterEach(() => process.kill(child, 'SIGKILL'))

  it.each(['stop', 'abort'])('is released by %s, whether it still runs or not', async (how) => {
    for (const stays of [true, false]) {
      const abort = new AbortController()
      const setup = {
        command: [process.execPath, '-e', leavingChild(stays)],
        folder: tmpdir(),
        log: console as never,
        redact: (text: string) => text,
      }
      const tap = startTap(setup, [], abort.signal)
      if (child !== 0) process.kill(child, 'SIGKILL')
      child = Number(String((await tap.stdout[Symbol.asyncIterator]().next()).value))
      if (how === 'abort') abort.abort()
      const end = await (how === 'stop' ? tap.stop() : tap.done).catch((error: { reason: string }) => error.reason)
      expect(end).toBe(how === 'stop' ? undefined : 'CANCELLED')
    }
  })
})
