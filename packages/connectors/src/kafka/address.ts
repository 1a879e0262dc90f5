import { Failure } from '@inlet/connector-sdk'

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
