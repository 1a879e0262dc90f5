import { Failure } from '@inlet/connector-sdk'
import { addressesOf } from './address.js'
import type { KafkaConfig, KafkaSecrets } from './config.js'

const wrong = (field: string, message: string): Failure => new Failure('VALIDATION_FAILED', `${field}: ${message}`, { field })

/** Checks what the schemas cannot express: addresses, and which secrets the settings need. Throws VALIDATION_FAILED. */
export const validateKafka = ({ brokers, sasl, tls, topics }: KafkaConfig, secrets: KafkaSecrets): void => {
  addressesOf(brokers)
  for (const [index, topic] of topics.entries())
    if (topic === '.' || topic === '..') throw wrong(`config.topics.${index}`, 'no topic can have this name')
  for (const name of ['username', 'password'] as const)
    if (sasl !== 'none' && secrets[name] === undefined) throw wrong(`secrets.${name}`, `is needed for ${sasl}`)
  // The mechanism sends the password in clear text, to whatever responds.
  if (sasl === 'plain' && !tls.enabled)
    throw new Failure('LOGIN_NOT_SAFE', 'config.sasl: "plain" sends the password in clear text, so that tls.enabled must be true', {
      field: 'config.sasl',
    })
  if ((secrets.certificate === undefined) !== (secrets.privateKey === undefined))
    throw wrong('secrets.privateKey', 'certificate and privateKey go together')
  const unused = ['ca', 'certificate', 'privateKey'] as const
  for (const name of unused)
    if (!tls.enabled && secrets[name] !== undefined) throw wrong('config.tls.enabled', `must be true, since secrets.${name} is set`)
}
