import { Redis, ReplyError } from 'ioredis'

/** Asks Redis for the settings that decide whether jobs can be lost, and whether it stores anything. */
export const inspectRedis = (url: string): Promise<readonly string[]> =>
  withRedis(url, async (client) => {
    const persistence = await client.info('persistence')
    const memory = await client.info('memory')
    const refusal = await tryToStore(client)
    return [...(refusal === null ? [] : [refusal]), ...redisProblems({ persistence, memory })]
  })

/** Returns what Redis says when it refuses to store, such as that its memory or its disk is full, or that it is a replica; null when it stores. */
export const findRedisRefusal = (url: string): Promise<string | null> => withRedis(url, tryToStore)

const PROBE_MS = 1_000

const tryToStore = async (client: Redis): Promise<string | null> => {
  try {
    await client.set('inlet:probe', '1', 'PX', PROBE_MS)
    return null
  } catch (error) {
    if (error instanceof ReplyError) return `Redis refuses to store: ${(error as Error).message}`
    throw error
  }
}

/** Works over one short-lived connection. */
const withRedis = async <T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> => {
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null, connectTimeout: 2_000 })
  // The failed command reports the same error; without a listener ioredis would print it.
  client.on('error', () => {})
  try {
    await client.connect()
    return await work(client)
  } finally {
    client.disconnect()
  }
}

/** Finds problems in the INFO sections. Pure. */
export const redisProblems = (info: { readonly persistence: string; readonly memory: string }): readonly string[] => {
  const problems: string[] = []
  const policy = /maxmemory_policy:(\S+)/.exec(info.memory)?.[1]
  if (policy !== 'noeviction') problems.push(`maxmemory-policy is ${policy ?? 'unknown'}: jobs can vanish; set it to noeviction`)
  if (!/aof_enabled:1/.test(info.persistence))
    problems.push('appendonly is off: a restart of Redis loses jobs (schedules and runs are restored from Postgres); set it to yes')
  return problems
}
