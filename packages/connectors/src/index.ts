export { connectors, findConnector } from './registry.js'
