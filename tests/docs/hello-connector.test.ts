import { describeConnector } from '@inlet/connector-sdk/testing'
import { describe, expect, it } from 'vitest'
import hello from '../../docs/guides/examples/hello-connector.js'
import { openNotebookFixture } from './notebook-server.js'

describeConnector(hello, { fixture: openNotebookFixture })

describe('the example', () => {
  it('declares the address it reaches', () => {
    expect(hello.egress?.({ url: 'https://notes.example.com', pageSize: 1 })).toEqual([{ field: 'url', url: 'https://notes.example.com' }])
  })
})
