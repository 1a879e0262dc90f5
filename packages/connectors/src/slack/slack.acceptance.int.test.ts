import { describeConnector } from '@inlet/connector-sdk/testing'
import { hasEmulator } from '@inlet/testing'
import { describe } from 'vitest'
import slack from './index.js'
import { openSlackBed } from './testbed/slack-bed.js'

describe.skipIf(!hasEmulator())('against an emulator of Slack (npm run counterparts)', () => {
  describeConnector(slack, { bed: openSlackBed })
})
