import type { LogConfig } from '../config.js'
import type { LineParser } from './access.js'
import { createJsonLine } from './json-line.js'
import { createLogTime } from './log-time.js'
import { createTextLine } from './text-line.js'
import { COMBINED, COMMON } from './variables.js'

/** Creates the parser for the configured format. Throws RangeError for a pattern that cannot be compiled. */
export const createLineParser = (config: LogConfig): LineParser => {
  const time = createLogTime()
  const text = (format: string, open: boolean): LineParser => createTextLine(format, { open, unit: config.durationUnit, time })
  if (config.pattern !== undefined) return text(config.pattern, false)
  const json = createJsonLine(config, time)
  const combined = text(COMBINED, true)
  const common = text(COMMON, true)
  if (config.format === 'json') return json
  if (config.format === 'combined') return combined
  if (config.format === 'common') return common
  return (line) => {
    if (line.startsWith('{')) return json(line)
    const parsed = combined(line)
    return typeof parsed === 'string' ? common(line) : parsed
  }
}
