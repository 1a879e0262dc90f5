import { stepOfRefusedQueue } from '@inlet/domain'
import { inspectRedis } from '@inlet/queue'
import { type Finding, fail, messageOf, ok, skip } from './finding.js'

/** Checks whether the queue responds, and cannot lose jobs. A queue known neither from settings nor from the API is not checked. */
export const checkQueue = async (
  redisUrl: string | undefined,
  known: { readonly inDatabase: boolean; readonly asksApi: boolean },
): Promise<readonly Finding[]> => {
  if (redisUrl === undefined || redisUrl === '') {
    // Only the processes know their settings.
    if (known.asksApi) return []
    if (known.inDatabase) return [ok('queue', 'in Postgres (REDIS_URL is not set)')]
    return [skip('queue', 'not looked at: neither DATABASE_URL nor REDIS_URL is set')]
  }
  try {
    const problems = await inspectRedis(redisUrl)
    return problems.length === 0
      ? [ok('queue', 'Redis, noeviction, appendonly')]
      : problems.map((problem) =>
          fail('queue', problem, stepOfRefusedQueue(problem) ?? 'Change it in redis.conf, or with CONFIG SET and CONFIG REWRITE.'),
        )
  } catch (error) {
    return [fail('queue', `Redis does not answer: ${messageOf(error)}`, 'Start Redis, and check REDIS_URL.')]
  }
}
