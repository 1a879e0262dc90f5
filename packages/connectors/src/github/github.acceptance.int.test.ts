import { describeConnector } from '@inlet/connector-sdk/testing'
import { hasEmulator } from '@inlet/testing'
import { describe } from 'vitest'
import github from './index.js'
import { openGithubBed } from './testbed/github-bed.js'

describe.skipIf(!hasEmulator())('against an emulator of GitHub (npm run counterparts)', () => {
  describeConnector(github, { bed: openGithubBed })
})
