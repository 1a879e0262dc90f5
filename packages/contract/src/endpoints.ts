import { connectorEndpoints } from './connectors.js'
import { eventEndpoints } from './events.js'
import { healthEndpoints } from './health.js'
import { keyEndpoints } from './keys.js'
import { recordEndpoints } from './records.js'
import { runEndpoints } from './runs.js'
import { sourceEndpoints } from './sources/endpoints.js'
import { uploadEndpoints } from './uploads.js'

/** Every endpoint of the API by its operation id: the one list that routes, OpenAPI and tests are derived from. */
export const endpoints = {
  ...sourceEndpoints,
  ...runEndpoints,
  ...recordEndpoints,
  ...eventEndpoints,
  ...connectorEndpoints,
  ...uploadEndpoints,
  ...keyEndpoints,
  ...healthEndpoints,
} as const

export type Endpoints = typeof endpoints
export type EndpointId = keyof Endpoints
