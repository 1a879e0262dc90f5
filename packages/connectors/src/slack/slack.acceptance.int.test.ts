import { describeConnector } from '@inlet/connector-sdk/testing'
import { describe } from 'vitest'
import slack from './index.js'
import { openSlackBed } from './testbed/slack-bed.js'
import { hasEmulator } from './testbed/start-slack.js'

describe.skipIf(!hasEmulator())('against an emulator of Slack (npm run counterparts)', () => {
  describeConnector(slack, { bed: openSlackBed })
})
