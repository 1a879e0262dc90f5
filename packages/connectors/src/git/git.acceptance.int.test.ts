import { describeConnector } from '@inlet/connector-sdk/testing'
import { describe } from 'vitest'
import { openLocalFixture, openRemoteFixture } from './fixtures/git-fixture.js'
import { gitIsHere } from './fixtures/test-repository.js'
import git from './index.js'

const NO_SCHEMA = 'commits and trees have no schema that could drift'
const NO_LIMIT = 'git servers announce no limit in a form that git reports; 429 is a hostile case'

describe.skipIf(!gitIsHere())('git, local (needs git 2.37)', () => {
  describeConnector(git, {
    fixture: openLocalFixture,
    skip: { drift: NO_SCHEMA, 'rate-limit': 'a local folder has no rate limit', canary: 'a local folder takes no secrets' },
  })
})

describe.skipIf(!gitIsHere())('git, over http (needs git 2.37)', () => {
  describeConnector(git, {
    fixture: openRemoteFixture,
    skip: { drift: NO_SCHEMA, 'rate-limit': NO_LIMIT, large: 'after the fetch a remote is read as a local repository is, whose suite measures it' },
  })
})
