import { Failure } from '@inlet/domain'
import { describe, expect, it } from 'vitest'
import { createLogger } from './logger.js'
import { createPrettyDestination } from './pretty-destination.js'

const write = (isTTY: boolean): { text: () => string; log: ReturnType<typeof createLogger> } => {
  let text = ''
  const destination = createPrettyDestination({ isTTY, write: (part) => (text += part) })
  return { text: () => text, log: createLogger({ level: 'info', name: 'api', destination }) }
}

describe('createPrettyDestination', () => {
  it('shows time, level, message, fields and errors with their next step', () => {
    const { log, text } = write(false)
    log.info({ port: 8080, list: ['a'] }, 'listening')
    log.error({ err: new Failure('TIMEOUT', 'too slow', { cause: new Error('socket') }) }, 'failed')
    expect(text().replaceAll(/\d\d:\d\d:\d\d/gu, 'TIME')).toBe(
      "TIME INFO  api: listening port=8080 list=[ 'a' ]\n" +
        'TIME ERROR api: failed\n    TIMEOUT: too slow\n    next: The system answered too slowly; Inlet retries with back-off.\n    Error: socket\n',
    )
  })

  it('colors only a terminal', () => {
    const { log, text } = write(true)
    log.warn('careful')
    expect(text()).toContain('\u001B[33mWARN \u001B[0m')
  })
})
