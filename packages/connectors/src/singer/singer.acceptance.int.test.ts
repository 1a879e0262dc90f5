import { describeConnector } from '@inlet/connector-sdk/testing'
import singer from './index.js'
import { openSingerBed } from './testbed/singer-bed.js'

describeConnector(singer, {
  bed: openSingerBed,
  skip: { 'rate-limit': 'requests are made by the tap, which keeps to the limits itself; what it says of a limit is a hostile case' },
})
