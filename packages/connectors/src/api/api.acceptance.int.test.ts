import { describeConnector } from '@inlet/connector-sdk/testing'
import api from './index.js'
import { openApiBed } from './testbed/api-bed.js'

describeConnector(api, { bed: openApiBed })
