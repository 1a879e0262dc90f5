import { messages } from '../messages.js'
import { Page } from './page.js'
import { Empty } from './states.js'

export const NotFound = () => (
  <Page title={messages.problem.notFound}>
    <Empty title={messages.problem.notFoundHint} />
  </Page>
)
