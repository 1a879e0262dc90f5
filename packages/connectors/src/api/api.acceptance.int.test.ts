import { describeConnector } from '@inlet/connector-sdk/testing'
import { openApiFixture } from './fixtures/api-fixture.js'
import api from './index.js'

describeConnector(api, { fixture: openApiFixture })
