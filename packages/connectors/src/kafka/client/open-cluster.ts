import type { ConnectorContext } from '@inlet/connector-sdk'
import { type Address, addressesOf, type KafkaConfig, type KafkaSecrets } from '../config.js'
import { type BrokerLink, createBrokerLink } from './broker-link.js'
import { type Cluster, createCluster } from './cluster.js'
import { createSockets } from './guarded-socket.js'
import { loadKafkajs, type WireSettings } from './kafkajs.js'

export interface OpenCluster {
  readonly cluster: Cluster
  /** Returns Kafka's name of an error code. */
  readonly nameOfError: (code: number) => string
  /** Ends every connection immediately. */
  readonly close: () => Promise<void>
}

const CONNECT_MS = 4_000
const REQUEST_MS = 8_000

/** kafkajs would log what it also throws. */
const SILENT = { namespace: () => SILENT, debug() {}, info() {}, warn() {}, error() {} }

/** Opens a cluster over guarded connections; nothing is connected yet. The caller closes it. */
export const openCluster = ({
  config,
  secrets,
  egress,
}: Pick<ConnectorContext<KafkaConfig, KafkaSecrets>, 'config' | 'secrets' | 'egress'>): OpenCluster => {
  const sockets = createSockets(egress)
  const links = new Set<BrokerLink>()
  const open = (address: Address): BrokerLink => {
    const kafkajs = loadKafkajs()
    const settings: WireSettings = {
      ...address,
      ssl: tlsOf(config, secrets),
      sasl: saslOf(config, secrets),
      clientId: 'inlet',
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      socketFactory: sockets.open,
      logger: SILENT,
    }
    const link = createBrokerLink(kafkajs, kafkajs.openBroker(settings))
    links.add(link)
    return link
  }
  const nameOfError = (code: number): string => loadKafkajs().nameOfError(code)
  return {
    cluster: createCluster({ seeds: addressesOf(config.brokers), open, nameOfError, takeRefusal: sockets.takeRefusal }),
    nameOfError,
    async close() {
      // The sockets first, because kafkajs would wait for their outstanding responses.
      sockets.destroy()
      await Promise.allSettled([...links].map((link) => link.close()))
    },
  }
}

const tlsOf = ({ tls }: KafkaConfig, { ca, certificate, privateKey }: KafkaSecrets): object | null =>
  tls.enabled
    ? {
        ...(ca === undefined ? {} : { ca }),
        ...(certificate === undefined ? {} : { cert: certificate, key: privateKey }),
        ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
      }
    : null

const saslOf = ({ sasl }: KafkaConfig, { username, password }: KafkaSecrets): WireSettings['sasl'] =>
  sasl === 'none' || username === undefined || password === undefined ? null : { mechanism: sasl, username, password }
