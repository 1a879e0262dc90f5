import { canonicalHost, moment } from '@inlet/connector-sdk'
import { z } from 'zod'

const NAME = /^[A-Za-z0-9._*-]{1,249}$/

/** Settings of the `kafka` connector. */
export const kafkaConfig = z.strictObject({
  brokers: z
    .array(z.string().min(3).max(300))
    .min(1)
    .max(50)
    .describe('Addresses to begin with, as host:port. The cluster names its other brokers itself; operators must allow those as well.'),
  topics: z
    .array(z.string().regex(NAME, 'letters, digits, ".", "_" and "-"; "*" stands for any characters'))
    .min(1)
    .max(500)
    .describe('Topics to read; "*" stands for any characters, e.g. "orders.*". Each topic is a stream.'),
  tls: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Connect by TLS; certificates are always checked.'),
      serverName: z
        .string()
        .min(1)
        .max(253)
        .refine((name) => canonicalHost(name) !== null, { error: 'is no name of a host' })
        .optional()
        .describe('Name in the certificates of the brokers, where it is not the host they are reached by.'),
    })
    .default({ enabled: false })
    .describe('Encryption of the connections.'),
  sasl: z.enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512']).default('none').describe('How to log in; the account stands in the secrets.'),
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
    .describe('Where the first run begins: at what is oldest, at what comes from now on, or at a moment (ISO 8601).'),
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
    .describe('Consumer group under which the positions are shown to other tools. Inlet never reads them, and joins no group.'),
  maxFetchBytes: z.int().min(65_536).max(52_428_800).default(4_194_304).describe('Bytes that one broker is asked for at a time.'),
})

export type KafkaConfig = z.output<typeof kafkaConfig>

/** Requested when the settings choose a SASL mechanism. */
const withSasl = { 'x-when': { setting: 'sasl', is: ['plain', 'scram-sha-256', 'scram-sha-512'] } }

export const kafkaSecrets = z.strictObject({
  username: z.string().min(1).max(1_000).optional().describe('Account for SASL.').meta(withSasl),
  password: z.string().min(1).max(4_096).optional().describe('Password for SASL.').meta(withSasl),
  ca: z.string().min(1).max(100_000).optional().describe('Certificates (PEM) that sign those of the brokers; default: those that the system trusts.'),
  certificate: z.string().min(1).max(100_000).optional().describe('Our certificate (PEM), where brokers ask for one.'),
  privateKey: z.string().min(1).max(100_000).optional().describe('The private key (PEM) of our certificate.'),
})

export type KafkaSecrets = z.output<typeof kafkaSecrets>
