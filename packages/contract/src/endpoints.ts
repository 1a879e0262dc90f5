import { auditEndpoints } from './audit.js'
import { browseEndpoints } from './browse.js'
import { bulkEndpoints } from './bulk.js'
import { changeEndpoints } from './changes.js'
import { connectorEndpoints } from './connectors.js'
import { credentialEndpoints } from './credentials.js'
import { encryptionEndpoints } from './encryption.js'
import { eventEndpoints } from './events.js'
import { generationEndpoints } from './generations.js'
import { healthEndpoints } from './health.js'
import { hookEndpoints } from './hooks.js'
import { keyEndpoints } from './keys.js'
import { notificationEndpoints } from './notifications.js'
import { overviewEndpoints } from './overview.js'
import { quarantineEndpoints } from './quarantine.js'
import { recordEndpoints } from './records.js'
import { registryEndpoints } from './registry/endpoints.js'
import { runEndpoints } from './runs.js'
import { sessionEndpoints } from './session.js'
import { sinkEndpoints } from './sinks.js'
import { sourceEndpoints } from './sources/endpoints.js'
import { testEndpoints } from './sources/test-source.js'
import { versionEndpoints } from './sources/versions-endpoints.js'
import { uploadEndpoints } from './uploads.js'
import { workerEndpoints } from './workers.js'

/** Every endpoint of the API by its operation id: the single list from which routes, OpenAPI and tests are derived. */
export const endpoints = {
  ...sourceEndpoints,
  ...bulkEndpoints,
  ...versionEndpoints,
  ...testEndpoints,
  ...browseEndpoints,
  ...registryEndpoints,
  ...runEndpoints,
  ...quarantineEndpoints,
  ...recordEndpoints,
  ...changeEndpoints,
  ...generationEndpoints,
  ...sinkEndpoints,
  ...eventEndpoints,
  ...notificationEndpoints,
  ...auditEndpoints,
  ...connectorEndpoints,
  ...uploadEndpoints,
  ...hookEndpoints,
  ...keyEndpoints,
  ...sessionEndpoints,
  ...credentialEndpoints,
  ...encryptionEndpoints,
  ...workerEndpoints,
  ...overviewEndpoints,
  ...healthEndpoints,
} as const

export type Endpoints = typeof endpoints
export type EndpointId = keyof Endpoints
