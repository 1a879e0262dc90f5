import type { Connector } from '@inlet/connector-sdk'

/** The one list of all connectors: a new one is its folder and a line here. */
export const connectors: readonly Connector[] = []

/** The connector of a type, or undefined. */
export const findConnector = (type: string): Connector | undefined => connectors.find((connector) => connector.type === type)
