import { Failure } from '@inlet/connector-sdk'
import { z } from 'zod'

const streamPattern = z.string().min(1).max(200)
const fields = z.array(z.string().min(1).max(500)).min(1).max(20)

export const singerConfigSchema = z.strictObject({
  tap: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'must be 1 to 100 letters, digits, ".", "-" or "_"')
    .describe('Name of a tap that the operator allows with INLET_SINGER_TAPS'),
  settings: z.record(z.string(), z.json()).default({}).describe('The settings that the tap documents for its config file, except secrets'),
  streams: z
    .array(streamPattern)
    .min(1)
    .max(200)
    .default(['*'])
    .describe('Names or globs of streams (tap_stream_id); streams that the catalog deselects or marks as unsupported are left out'),
  exclude: z.array(streamPattern).max(200).default([]).describe('Names or globs of streams to leave out; overrides streams'),
  catalog: z
    .record(z.string(), z.json())
    .refine((catalog) => Array.isArray(catalog['streams']) && catalog['streams'].length > 0, 'must have a list "streams"')
    .optional()
    .describe('A catalog to use instead of what the tap discovers, in the form of a Singer catalog'),
  catalogOption: z
    .enum(['catalog', 'properties', 'none'])
    .default('catalog')
    .describe('How the tap takes its catalog: --catalog, --properties (older taps), or not at all, in which case every read runs all its streams'),
  replication: z
    .record(
      streamPattern,
      z.strictObject({
        method: z.enum(['FULL_TABLE', 'INCREMENTAL', 'LOG_BASED']).describe('Replication method for the stream'),
        key: z.string().min(1).max(500).optional().describe('Replication key, for INCREMENTAL'),
      }),
    )
    .default({})
    .describe('Replication by stream name or glob, for taps that offer a choice; the first match applies'),
  keys: z.record(streamPattern, fields).default({}).describe('Key fields by stream name, where the tap names none or others are wanted'),
  alsoSelect: z
    .record(streamPattern, z.array(streamPattern).min(1).max(20))
    .default({})
    .describe('Streams that must be selected together with a stream, by its name, e.g. the parent of a child stream'),
  silenceSeconds: z.int().min(1).max(86_400).default(600).describe('A tap that writes nothing for this long is stopped, in seconds'),
  pageRecords: z.int().min(1).max(1000).default(500).describe('Records per page'),
})

export const singerSecretSchema = z.strictObject({
  settings: z
    .record(z.string(), z.json())
    .optional()
    .describe('Secret settings of the tap, e.g. {"password": "…"}; merged with settings, member by member'),
})

export type SingerConfig = z.infer<typeof singerConfigSchema>
export type SingerSecrets = z.infer<typeof singerSecretSchema>

const SECRET = /passw(or)?d|passphrase|secret|token|apikey|accesskey|privatekey|credential|connectionstring|bearer/
/** Settings whose names suggest a secret although they are none, e.g. token_url or password_expiry. */
const ABOUT = /(url|uri|path|file|type|expiry|expires(in|at)?|id|name|scope)$/

/** Refuses what looks like a secret among the settings. Throws VALIDATION_FAILED with the field. */
export const validateSinger = ({ settings }: SingerConfig): void => refuseSecrets(settings, 'config.settings', 0)

const refuseSecrets = (value: unknown, field: string, depth: number): void => {
  if (typeof value !== 'object' || value === null || depth > 20) return
  for (const [name, member] of Object.entries(value)) {
    const place = `${field}.${name}`
    const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
    if (typeof member === 'string' && member !== '' && SECRET.test(plain) && !ABOUT.test(plain)) {
      throw new Failure('VALIDATION_FAILED', `${place} looks like a secret: put it under secrets.settings`, { field: place })
    }
    refuseSecrets(member, place, depth + 1)
  }
}
