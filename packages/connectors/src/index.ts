export {
  BUILT_IN,
  type ConnectorRegistry,
  createRegistry,
  type OpenedRegistry,
  openRegistry,
  type RegisteredConnector,
} from './load/open-registry.js'
export { connectors, findConnector } from './registry.js'
export { createPageRenderer } from './rendering/create-page-renderer.js'
