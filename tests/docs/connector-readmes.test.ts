import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { connectors } from '@inlet/connectors'
import { expect, it } from 'vitest'
import { ROOT } from './documents.js'

const FOLDER = path.join(ROOT, 'packages/connectors/src')
const EXAMPLE = /```json\n(?<text>\{.*?\})\n```/gsu

/** Examples are settings, or the body of `POST /v1/sources`. */
const examples = readdirSync(FOLDER).flatMap((name) => {
  const file = path.join(FOLDER, name, 'README.md')
  const type = name.replaceAll('-', '_')
  const connector = connectors.find((each) => each.type === type)
  if (connector === undefined || !existsSync(file)) return []
  const found = [...readFileSync(file, 'utf8').matchAll(EXAMPLE)].map(({ groups }) => JSON.parse(groups?.['text'] ?? '') as object)
  return found.map((example): [string, object, typeof connector] => [type, example, connector])
})

it('finds the examples', () => expect(examples.length).toBeGreaterThan(10))

it('the list of connectors links to each of them', () => {
  const list = readFileSync(path.join(FOLDER, '../README.md'), 'utf8')
  const folders = connectors.map(({ type }) => type.replaceAll('_', '-'))
  expect(folders.filter((folder) => !list.includes(`](src/${folder}/README.md)`))).toEqual([])
})

it.each(examples)('%s: %j can be registered as it stands', (type, example, connector) => {
  const body = 'config' in example ? (example as { readonly [member: string]: unknown }) : { name: 'x', connector: type, config: example }
  expect(Object.keys(body).filter((name) => !['name', 'connector', 'config', 'secrets', 'schedule', 'mapping'].includes(name))).toEqual([])
  expect(body).toMatchObject({ name: expect.any(String), connector: type })
  const { error } = connector.configSchema.safeParse(body['config'])
  expect(error?.issues ?? []).toEqual([])
})
