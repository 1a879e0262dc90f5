import { describeConnector } from '@inlet/connector-sdk/testing'
import { describe } from 'vitest'
import github from './index.js'
import { openGithubBed } from './testbed/github-bed.js'
import { hasEmulator } from './testbed/start-github.js'

describe.skipIf(!hasEmulator())('against an emulator of GitHub (npm run counterparts)', () => {
  describeConnector(github, { bed: openGithubBed })
})
