import { describeConnector } from '@inlet/connector-sdk/testing'
import { openSingerFixture } from './fixtures/singer-fixture.js'
import singer from './index.js'

describeConnector(singer, {
  fixture: openSingerFixture,
  skip: { 'rate-limit': 'requests are made by the tap, which keeps to the limits itself; what it says of a limit is a hostile case' },
})
