import { fileURLToPath } from 'node:url'
import type { KafkaTopic } from '../inputs/kafka-topic.js'
import { runCommand } from '../stack/run-command.js'

const SCRIPT = fileURLToPath(new URL('kafka-count.mjs', import.meta.url))

export interface Counted {
  readonly seconds: number
  readonly cpuSeconds: number
}

/** Reads the topic with the consumer of kafkajs, which only counts; throws unless it read each message once. */
export const countKafkaTopic = async ({ brokers, name, messages }: KafkaTopic): Promise<Counted> => {
  const counted = JSON.parse(await runCommand(process.execPath, [SCRIPT, brokers.join(','), name, String(messages)])) as Counted & {
    readonly messages: number
  }
  if (counted.messages !== messages) throw new Error(`kafkajs read ${counted.messages} of ${messages} messages`)
  return counted
}
