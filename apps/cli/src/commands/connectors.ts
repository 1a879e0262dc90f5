import type { ConnectorView } from '@inlet/contract'
import { toTable } from '../output/format.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'

/** `inlet connectors <type>`: shows its settings and secrets. */
export const getConnector = async (type: string, flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const connector = await openApi(flags, context).call<ConnectorView>('GET', `/v1/connectors/${encodeURIComponent(type)}`)
  show(context, flags, connector, () => [
    `${connector.title}: ${connector.description}`,
    '',
    ...settingsTable('SETTING', connector.configSchema),
    '',
    ...settingsTable('SECRET', connector.secretSchema),
  ])
}

interface Schema {
  readonly properties?: Readonly<
    Record<string, { readonly type?: string | readonly string[]; readonly description?: string; readonly default?: unknown }>
  >
  readonly required?: readonly string[]
}

const settingsTable = (title: string, given: Readonly<Record<string, unknown>>): readonly string[] => {
  // JSON Schema generated from the connector's zod schema: an object with properties.
  const { properties = {}, required = [] } = given as Schema
  const rows = Object.entries(properties).map(([name, { type, description, default: preset }]) => [
    name,
    type === undefined ? '' : [type].flat().join(', '),
    preset === undefined ? (required.includes(name) ? 'required' : '') : JSON.stringify(preset),
    description ?? '',
  ])
  return rows.length === 0 ? [`${title}S: none`] : toTable([title, 'TYPE', 'DEFAULT', 'MEANS'], rows)
}
