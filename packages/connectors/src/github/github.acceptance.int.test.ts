import { describeConnector } from '@inlet/connector-sdk/testing'
import { hasEmulator } from '@inlet/testing'
import { describe } from 'vitest'
import { openGithubFixture } from './fixtures/github-fixture.js'
import github from './index.js'

describe.skipIf(!hasEmulator())('against an emulator of GitHub (npm run counterparts)', () => {
  describeConnector(github, { fixture: openGithubFixture })
})
