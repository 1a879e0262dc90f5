import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { inConsole } from './in-console.js'

const ROOT = path.join(import.meta.dirname, '../../../..')
const STEP = /`inlet [^`\n]+` \([A-Z]+ \/[^)\n]+\)/gu

/** Every step in the texts of the product: a command, and the request that does the same. */
const steps = ['packages', 'apps']
  .flatMap((folder) => readdirSync(path.join(ROOT, folder)).map((name) => path.join(ROOT, folder, name, 'src')))
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)))
  .filter((file) => /(?<!\.test)\.ts$/u.test(file) && !file.includes('generated'))
  .flatMap((file) => readFileSync(file, 'utf8').replaceAll('\\`', '`').match(STEP) ?? [])
  // Whether the API works is asked elsewhere when it does not.
  .filter((step) => !step.endsWith('(GET /ready)'))

describe('steps in the console', () => {
  it.each([...new Set(steps)])('%s has a place', (step) => expect(inConsole(step)).toMatch(/^“[^”]+”$/u))

  it('finds the steps', () => expect(steps.length).toBeGreaterThan(25))

  it.each([
    [
      'Put the new secrets into the environment, then `inlet sources update shop --secret password=env:SHOP_PASSWORD` (PATCH /v1/sources/shop); go on.',
      'Set the new secrets under “Settings”; go on.',
    ],
    [
      'Put the new secrets into the environment, then `inlet credentials update crm --secret token=env:CRM_TOKEN` (PATCH /v1/credentials/crm); go on.',
      'Set the new secrets under “Credentials”; go on.',
    ],
    ['at once with `inlet sources resume my-feed` (POST /v1/sources/my-feed/resume).', 'at once with “Resume”.'],
    [
      'check it, then `inlet run a --allow-mass-delete` (POST /v1/sources/a/run with {"allowMassDelete": true}).',
      'check it, then “Run and allow the deletion”.',
    ],
    ['See `inlet runs --source a` (GET /v1/runs?source=a).', 'See “Runs”.'],
    ['Start a worker (`docker compose up -d worker`).', 'Start a worker (`docker compose up -d worker`).'],
    ['Nothing to do.', 'Nothing to do.'],
    ['the last check said UNREACHABLE: nobody there', 'the last check said “Cannot be reached”: nobody there'],
    ['most of them with MAPPING_FAILED', 'most of them with “Mapping failed”'],
    [
      'raise INLET_WORKER_CONCURRENCY or `MAPPING_FAILED`; INTERNAL affairs of ETIMEDOUT',
      'raise INLET_WORKER_CONCURRENCY or `MAPPING_FAILED`; INTERNAL affairs of ETIMEDOUT',
    ],
  ])('%j', (text, expected) => expect(inConsole(text)).toBe(expected))
})
