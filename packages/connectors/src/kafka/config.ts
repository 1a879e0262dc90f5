import { canonicalHost, Failure, moment } from '@inlet/connector-sdk'
import { z } from 'zod'

const NAME = /^[A-Za-z0-9._*-]{1,249}$/

/** Settings of the `kafka` connector. */
export const kafkaConfig = z.strictObject({
  brokers: z
    .array(z.string().min(3).max(300))
    .min(1)
    .max(50)
    .describe('Initial brokers, as host:port. The cluster names the others; operators must allow those as well.'),
  topics: z
    .array(z.string().regex(NAME, 'letters, digits, ".", "_" and "-"; "*" stands for any characters'))
    .min(1)
    .max(500)
    .describe('Topics to read; "*" matches any characters, e.g. "orders.*". Each topic is a stream.'),
  tls: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Connect by TLS; certificates are always checked.'),
      serverName: z
        .string()
        .min(1)
        .max(253)
        .refine((name) => canonicalHost(name) !== null, { error: 'is not a host name' })
        .optional()
        .describe('Name in the certificates of the brokers, if it differs from their host.'),
    })
    .default({ enabled: false })
    .describe('Encryption of the connections.'),
  sasl: z.enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512']).default('none').describe('How to log in; username and password are secrets.'),
  format: z
    .enum(['json', 'text', 'binary'])
    .default('json')
    .describe('What values are: `json`; `text` in UTF-8; `binary`, kept as base64. Avro and Protobuf are read as `binary`.'),
  key: z
    .enum(['offset', 'message'])
    .default('offset')
    .describe(
      '`offset`: every message is a record of its own. `message`: messages with the same key are one record, the last one counts and one without a value deletes it.',
    ),
  start: z
    .union([z.enum(['earliest', 'latest']), moment])
    .default('earliest')
    .describe('Where the first run begins: at the oldest message, at messages from now on, or at a time (ISO 8601).'),
  onLoss: z
    .enum(['fail', 'continue'])
    .default('fail')
    .describe(
      'When messages were deleted before they were read: `fail` and wait for somebody, or put a note into quarantine and `continue` with the oldest.',
    ),
  commitGroup: z
    .string()
    .min(1)
    .max(249)
    .optional()
    .describe('Consumer group under which positions are committed for other tools to see. Inlet never reads them, and joins no group.'),
  maxFetchBytes: z.int().min(65_536).max(52_428_800).default(4_194_304).describe('Bytes requested from one broker at a time.'),
})

export type KafkaConfig = z.output<typeof kafkaConfig>

/** Requested when the settings choose a SASL mechanism. */
const withSasl = { 'x-when': { setting: 'sasl', is: ['plain', 'scram-sha-256', 'scram-sha-512'] } }

export const kafkaSecrets = z.strictObject({
  username: z.string().min(1).max(1_000).optional().describe('Account for SASL.').meta(withSasl),
  password: z.string().min(1).max(4_096).optional().describe('Password for SASL.').meta(withSasl),
  ca: z
    .string()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Certificates (PEM) of the authorities that signed those of the brokers; default: the ones the system trusts.'),
  certificate: z.string().min(1).max(100_000).optional().describe('Client certificate (PEM), if the brokers ask for one.'),
  privateKey: z.string().min(1).max(100_000).optional().describe('The private key (PEM) of our certificate.'),
})

export type KafkaSecrets = z.output<typeof kafkaSecrets>

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

export interface Address {
  readonly host: string
  readonly port: number
}

/** Parses `host:port` or `[address]:port`; throws VALIDATION_FAILED, naming the field. */
export const parseAddress = (text: string, field: string): Address => {
  const match = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<host>[A-Za-z0-9._-]+)):(?<port>\d{1,5})$/.exec(text)
  const port = Number(match?.groups?.['port'])
  const host = match?.groups?.['six'] ?? match?.groups?.['host']
  if (host === undefined || port < 1 || port > 65_535)
    throw new Failure('VALIDATION_FAILED', `${field}: must be host:port, without a scheme`, { field })
  return { host, port }
}

export const addressesOf = (brokers: readonly string[]): readonly Address[] =>
  brokers.map((text, index) => parseAddress(text, `config.brokers.${index}`))
