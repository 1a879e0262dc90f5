import { connectorSettings, processSettings } from '@inlet/observability'
import { envBool, envChoice, envInt, envList, envText, envUrl } from '@inlet/runtime'
import { envKeyring, isIssuer } from '@inlet/security'
import { z } from 'zod'
import { isOrigin } from './http/security-headers.js'

/** Where sources are defined: the files of INLET_SOURCES_FILE, the database after importing them once, or the database alone. */
export const SOURCES_MODES = ['files', 'import', 'database'] as const

/** The settings of the API. */
export const apiEnv = z.object({
  ...processSettings,
  ...connectorSettings,
  PORT: envInt({ min: 0, max: 65_535, default: 3210, describe: 'port of the API' }),
  INLET_API_HOST: envText({ default: '127.0.0.1', describe: 'address the API listens on' }),
  INLET_API_OPS_HOST: envText({ default: '127.0.0.1', describe: 'address for /health, /ready and /metrics without a key' }),
  INLET_API_OPS_PORT: envInt({ min: 0, max: 65_535, default: 3213, describe: 'port for /health, /ready and /metrics without a key' }),
  INLET_ENCRYPTION_KEYS: envKeyring,
  INLET_UPLOAD_MAX_BYTES: envInt({ min: 1, max: 10_737_418_240, default: 1_073_741_824, describe: 'largest upload in bytes' }),
  INLET_BROWSE_CACHE_SECONDS: envInt({ min: 0, max: 86_400, default: 300, describe: 'how long answers of sources that are browsed are kept' }),
  INLET_BROWSE_MAX_BYTES: envInt({
    min: 1,
    max: 1_073_741_824,
    default: 67_108_864,
    describe: 'largest item in bytes that is fetched from a source',
  }),
  INLET_SOURCES_FILE: envText({ describe: 'file or folder of YAML that defines the sources' }).optional(),
  INLET_SOURCES_MODE: envChoice(SOURCES_MODES, { default: 'files', describe: 'what INLET_SOURCES_FILE is for' }),
  INLET_HOOK_MAX_BYTES: envInt({ min: 1_024, max: 16_777_216, default: 1_048_576, describe: 'largest pushed event in bytes' }),
  INLET_HOOK_MAX_WAITING: envInt({
    min: 1,
    max: 100_000_000,
    default: 250_000,
    describe: 'pushed events of a source that may wait to be stored; above it senders are asked to come again',
  }),
  INLET_MAX_SOURCES_PER_KEY: envInt({ min: 1, max: 1_000_000, default: 20_000, describe: 'sources that one API key may register' }),
  INLET_MAX_CREDENTIALS_PER_KEY: envInt({ min: 1, max: 1_000_000, default: 2_000, describe: 'shared credentials that one API key may make' }),
  INLET_MAX_BULK_OPERATIONS_PER_KEY: envInt({ min: 1, max: 10_000, default: 20, describe: 'bulk operations of one API key that are not over' }),
  INLET_MAX_UPLOADS_PER_KEY: envInt({ min: 1, max: 1_000_000, default: 10_000, describe: 'uploads that one API key may keep' }),
  INLET_MAX_UPLOAD_BYTES_PER_KEY: envInt({
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    default: 107_374_182_400,
    describe: 'bytes of all uploads that one API key may keep',
  }),
  INLET_MAX_STREAMS_PER_KEY: envInt({
    min: 1,
    max: 10_000,
    default: 20,
    describe: 'live streams of events that one API key may hold open at an API process',
  }),
  INLET_BOARD_WRITE: envBool({ default: false, describe: 'whether admins may change jobs at /admin/queues' }),
  INLET_RATE_LIMIT_PER_MINUTE: envInt({ min: 0, max: 1_000_000, default: 0, describe: 'requests of one API key a minute; 0 means no limit' }),
  INLET_PUBLIC_URL: envUrl({ schemes: ['http', 'https'], describe: 'the address under which people and agents reach the API' }).optional(),
  INLET_MCP_APPROVAL: envBool({ default: false, describe: 'whether only people publish what agents propose over MCP' }),
  INLET_OIDC_ISSUER: envUrl({ schemes: ['https', 'http'], describe: 'whose access tokens the API takes besides API keys' })
    .refine((url) => isIssuer(url), 'must be an https address (http on this machine only) without user, query and fragment')
    .optional(),
  INLET_OIDC_AUDIENCE: envList({ default: [], describe: 'for whom tokens must be issued; INLET_PUBLIC_URL, also with /mcp, by default' }),
  INLET_OIDC_SCOPE_CLAIM: envText({ default: 'scope', describe: 'claim of a token that holds its scopes' }),
  INLET_OIDC_SCOPE_PREFIX: envText({ default: 'inlet:', describe: 'what the scopes of Inlet begin with in tokens' }).refine(
    (prefix) => /^[!#-[\]-~]{1,100}$/u.test(prefix),
    'must be visible ASCII characters without quotes and backslashes',
  ),
  INLET_CORS_ORIGINS: envList({ default: [], describe: 'origins whose pages may call the API from a browser' }).refine(
    (origins) => origins.every(isOrigin),
    'must be origins such as https://app.example.com, separated by commas',
  ),
  INLET_TRUST_PROXY_HOPS: envInt({ min: 0, max: 10, default: 0, describe: 'proxies in front whose X-Forwarded-For is believed' }),
})
export type ApiConfig = z.output<typeof apiEnv>
