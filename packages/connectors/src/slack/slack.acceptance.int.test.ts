import { describeConnector } from '@inlet/connector-sdk/testing'
import { hasEmulator } from '@inlet/testing'
import { describe } from 'vitest'
import { openSlackFixture } from './fixtures/slack-fixture.js'
import slack from './index.js'

describe.skipIf(!hasEmulator())('against an emulator of Slack (npm run counterparts)', () => {
  describeConnector(slack, { fixture: openSlackFixture })
})
