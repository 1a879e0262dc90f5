import { messages } from '../messages.js'
import { Page } from './page.js'

export const NotFound = () => (
  <Page title={messages.problem.notFound}>
    <p className="muted">{messages.problem.notFoundHint}</p>
  </Page>
)
