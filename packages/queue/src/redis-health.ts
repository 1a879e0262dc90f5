import { Redis } from 'ioredis'

/** Asks Redis for the settings that decide whether jobs can be lost, over one short-lived connection. */
export const inspectRedis = async (url: string): Promise<readonly string[]> => {
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null, connectTimeout: 2_000 })
  // The failed command reports the same error; without a listener ioredis would print it.
  client.on('error', () => {})
  try {
    await client.connect()
    const persistence = await client.info('persistence')
    const memory = await client.info('memory')
    return redisProblems({ persistence, memory })
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
