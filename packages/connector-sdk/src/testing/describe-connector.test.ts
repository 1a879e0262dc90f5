import { afterEach, describe, expect, it } from 'vitest'
import type { AcceptanceFixture } from './acceptance-fixture.js'
import type { CheckName } from './check-names.js'
import { CHECK_FUNCTIONS } from './checks/check-functions.js'
import { describeConnector } from './describe-connector.js'
import { createToyConnector, type ToyDefect } from './toy/toy-connector.js'
import { openToyFixture } from './toy/toy-fixture.js'
import { createToySource } from './toy/toy-source.js'

const ITEMS = 120

describe('a sound connector passes', () => {
  const source = { current: createToySource(ITEMS) }
  const connector = createToyConnector(
    new Proxy(source.current, {
      get: (_target, name) => Reflect.get(source.current, name) as unknown,
      set: (_target, name, value) => Reflect.set(source.current, name, value),
    }),
  )
  describeConnector(connector, {
    fixture: () => {
      source.current = createToySource(ITEMS)
      return openToyFixture(source.current)
    },
  })
})

describe('a defect is caught', () => {
  const fixtures: AcceptanceFixture[] = []
  afterEach(async () => {
    for (const fixture of fixtures.splice(0)) await fixture.close()
  })

  const cases: readonly (readonly [ToyDefect, CheckName, RegExp])[] = [
    ['lax-schema', 'schema', /unknown keys pass/],
    ['undescribed-field', 'schema', /config\.pageSize has no description/],
    ['secret-in-config', 'schema', /api_key looks like a secret/],
    ['one-reason-for-all', 'check', /with auth: failed with UNREACHABLE/],
    ['oversized-page', 'full-read', /a page of items has 1200 records/],
    ['silent-end', 'full-read', /does not say whether it was complete/],
    ['unstable-content', 'identity', /on a second installation: items has other content/],
    ['keys-differ-by-run', 'incremental', /lacks|too much/],
    ['unstable-content', 'full-read', /other content/],
    ['unstable-content', 'incremental', /a second read without a change wrote/],
    ['misses-changes', 'incremental', /not noticed/],
    ['no-cursor', 'incremental', /no page had a cursor/],
    ['no-cursor', 'resume', /no page had a cursor/],
    ['loses-on-resume', 'resume', /lacks 1 records/],
    ['cursor-ahead-of-page', 'resume', /lacks \d+ records|CURSOR_IN_FUTURE|no change \d+ yet/],
    ['keys-differ-by-run', 'resume', /lacks|too much/],
    ['accepts-any-cursor', 'future-cursor', /succeeded instead of failing with CURSOR_IN_FUTURE/],
    ['loses-on-resume', 'crash', /lacks/],
    ['keys-differ-by-run', 'crash', /lacks|too much/],
    ['rewrites-on-resume', 'crash', /rewrote or deleted|were rewritten/],
    ['crashes-on-garbage', 'hostile', /failed with INTERNAL/],
    ['ignores-drift', 'drift', /succeeded instead of failing with SCHEMA_CHANGED/],
    ['misses-changes', 'writers', /lacks/],
    ['ignores-abort', 'cancel', /after its signal aborted took more than 800 ms/],
    ['ignores-abort', 'crash', /after its signal aborted took more than 800 ms/],
    ['leaves-child', 'cancel', /processes were alive/],
    ['leaves-socket', 'cancel', /sockets were open/],
    ['leaves-file', 'cancel', /temporary files were left .*left-over/],
    ['secret-in-log', 'canary', /an? info line of the log/],
    ['secret-in-record', 'canary', /a page/],
    ['secret-in-error', 'canary', /an error/],
    ['secret-in-file', 'canary', /the file settings/],
    ['bypasses-guard', 'egress', /did not pass the egress guard/],
    ['hoards', 'large', /memory grew/],
    ['ignores-retry-after', 'rate-limit', /too early/],
  ]
  it.each(cases)('%s by %s', async (defect, check, message) => {
    const source = createToySource(defect === 'oversized-page' ? 1200 : ITEMS)
    const fixture = await openToyFixture(source)
    fixtures.push(fixture)
    // These are awaited to the end.
    const waits = defect === 'ignores-abort' || defect.startsWith('leaves-')
    await expect(CHECK_FUNCTIONS[check]({ connector: createToyConnector(source, defect), fixture, ...(waits && { cancelMs: 800 }) })).rejects.toThrow(
      message,
    )
  })
})
