import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { envBool, envChoice, envInt, envList, envText, envUrl } from './env-types.js'
import { EnvError, parseEnv } from './parse-env.js'

const schema = z.object({
  DATABASE_URL: envUrl({ schemes: ['postgresql', 'postgres'], describe: 'where Postgres is' }),
  REDIS_URL: envUrl({ schemes: ['redis', 'rediss'], describe: 'where Redis is' }).optional(),
  PORT: envInt({ min: 0, max: 65_535, default: 8080, describe: 'TCP port' }),
  LOG_LEVEL: envChoice(['debug', 'info'], { default: 'info', describe: 'least level that is logged' }),
  INLET_RUN_TIMEOUT_MS: envInt({ min: 1_000, max: 3_600_000, default: 60_000, describe: 'longest run, ms' }),
  INLET_EGRESS_ALLOW: envList({ default: [], describe: 'private hosts that may be reached' }),
  INLET_BULL_BOARD_WRITE: envBool({ default: false, describe: 'whether Bull Board may change queues' }),
  INLET_SECRET_KEYS: envText({ describe: 'encryption keys' }),
})

const good = { DATABASE_URL: 'postgresql://u:hunter2@db/inlet', INLET_SECRET_KEYS: 'k1:abc' }

const problemsOf = (env: Record<string, string | undefined>, options?: Parameters<typeof parseEnv>[2]) => {
  try {
    parseEnv(schema, env, options)
  } catch (error) {
    if (error instanceof EnvError) return error
    throw error
  }
  throw new Error('expected an EnvError')
}

describe('parseEnv', () => {
  it('returns typed values and defaults', () => {
    expect(parseEnv(schema, { ...good, PORT: '0', INLET_EGRESS_ALLOW: ' a.test, ,b.test ', INLET_BULL_BOARD_WRITE: 'Yes' })).toEqual({
      DATABASE_URL: good.DATABASE_URL,
      PORT: 0,
      LOG_LEVEL: 'info',
      INLET_RUN_TIMEOUT_MS: 60_000,
      INLET_EGRESS_ALLOW: ['a.test', 'b.test'],
      INLET_BULL_BOARD_WRITE: true,
      INLET_SECRET_KEYS: 'k1:abc',
    })
  })

  it('treats an empty value as absent', () => {
    expect(parseEnv(schema, { ...good, PORT: '', REDIS_URL: '' })).toMatchObject({ PORT: 8080 })
    expect(problemsOf({ ...good, INLET_SECRET_KEYS: '' }).problems).toEqual([
      { key: 'INLET_SECRET_KEYS', rule: 'is required', description: 'encryption keys' },
    ])
  })

  it('reports every bad key at once, with its description and rule', () => {
    const error = problemsOf({
      DATABASE_URL: 'mysql://root:hunter2@db',
      REDIS_URL: 'nonsense',
      PORT: '65536',
      LOG_LEVEL: 'loud',
      INLET_RUN_TIMEOUT_MS: '1e3',
      INLET_BULL_BOARD_WRITE: 'maybe',
    })
    expect(error.problems).toEqual([
      { key: 'DATABASE_URL', rule: 'must be a URL that starts with postgresql:// or postgres://', description: 'where Postgres is' },
      { key: 'REDIS_URL', rule: 'must be a URL that starts with redis:// or rediss://', description: 'where Redis is' },
      { key: 'PORT', rule: 'must be a whole number from 0 to 65535', description: 'TCP port' },
      { key: 'LOG_LEVEL', rule: 'must be one of debug, info', description: 'least level that is logged' },
      { key: 'INLET_RUN_TIMEOUT_MS', rule: 'must be a whole number from 1000 to 3600000', description: 'longest run, ms' },
      { key: 'INLET_BULL_BOARD_WRITE', rule: 'must be true or false', description: 'whether Bull Board may change queues' },
      { key: 'INLET_SECRET_KEYS', rule: 'is required', description: 'encryption keys' },
    ])
    expect(error.message).toContain('7 settings cannot be used')
  })

  it('shows no value, even when a rule quotes it', () => {
    const quoting = z.object({ TOKEN: z.string().refine(() => false, { error: (issue) => `cannot use ${String(issue.input)}` }) })
    const canary = 'canary-5f3759df'
    let message = ''
    try {
      parseEnv(quoting, { TOKEN: canary })
    } catch (error) {
      message = `${String(error)} ${JSON.stringify(error)}`
    }
    expect(message).toContain('TOKEN: is not valid')
    expect(message).not.toContain(canary)
    expect(String(problemsOf({ ...good, DATABASE_URL: 'mysql://root:hunter2@db' }))).not.toContain('hunter2')
  })

  it('reports unknown keys with its own prefix and suggests the intended key', () => {
    const env = { ...good, INLET_RUN_TIMEOUT_SM: '5', INLET_WHATEVER: 'x', INLET_TEST_REQUIRE: 'redis', INLET_OTHER_PORT: '1', HOME: '/root' }
    expect(problemsOf(env, { ownPrefix: 'INLET_', alsoAllowed: ['INLET_TEST_*', 'INLET_OTHER_PORT'] }).problems).toEqual([
      { key: 'INLET_RUN_TIMEOUT_SM', rule: 'is not a known setting; did you mean INLET_RUN_TIMEOUT_MS?' },
      { key: 'INLET_WHATEVER', rule: 'is not a known setting' },
    ])
    expect(parseEnv(schema, env)).toMatchObject({ PORT: 8080 })
  })

  it('reports a rule over several keys with its own message', () => {
    const pair = z.object({ A: z.string(), B: z.string() }).refine((value) => value.A !== value.B, 'A and B must differ')
    expect(() => parseEnv(pair, { A: 'x', B: 'x' })).toThrow('settings: A and B must differ')
  })
})
