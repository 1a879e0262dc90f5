import { readdirSync, readFileSync } from 'node:fs'
import { endpoints } from '@inlet/contract'
import { describe, expect, it } from 'vitest'
import { ACCESS } from './access.js'

const PLACE = new URL('..', import.meta.url).pathname
const source = (name: string): string => readFileSync(PLACE + name, 'utf8')

describe('what pages need and offer', () => {
  it('is known of every page', () => {
    const routes = [...source('router.tsx').matchAll(/path: '([^']+)'/gu)].map(([, path]) => path)
    expect(Object.keys(ACCESS).toSorted()).toEqual(routes.toSorted())
  })

  it('names every action that is left out for keys that may not do it', () => {
    const offered = new Set<string>(Object.values(ACCESS).flatMap(({ needs, offers }) => [needs, ...offers]))
    const asked = readdirSync(`${PLACE}pages`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.tsx'))
      .flatMap((name) => [...source(`pages/${name}`).matchAll(/\bcan\('(\w+)'\)/gu)].map(([, operation]) => operation ?? ''))
    expect(asked.length).toBeGreaterThan(20)
    expect(asked.filter((operation) => !offered.has(operation))).toEqual([])
  })

  it('offers nothing that everybody may do: the note would never appear', () => {
    for (const { offers } of Object.values(ACCESS)) for (const offer of offers) expect([offer, endpoints[offer].scope]).not.toEqual([offer, 'read'])
  })
})
