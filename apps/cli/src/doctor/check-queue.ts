import { inspectRedis } from '@inlet/queue'
import { type Finding, fail, messageOf, ok } from './finding.js'

/** Whether the queue answers, and cannot lose jobs. */
export const checkQueue = async (redisUrl: string | undefined): Promise<readonly Finding[]> => {
  if (redisUrl === undefined || redisUrl === '') return [ok('queue', 'in Postgres (REDIS_URL is not set)')]
  try {
    const problems = await inspectRedis(redisUrl)
    return problems.length === 0
      ? [ok('queue', 'Redis, noeviction, appendonly')]
      : problems.map((problem) => fail('queue', problem, 'Change it in redis.conf, or with CONFIG SET and CONFIG REWRITE.'))
  } catch (error) {
    return [fail('queue', `Redis does not answer: ${messageOf(error)}`, 'Start Redis, and check REDIS_URL.')]
  }
}
