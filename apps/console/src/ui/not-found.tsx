import { messages } from '../messages.js'
import { Empty } from './states.js'

export const NotFound = () => (
  <Empty title={messages.problem.notFound}>
    <p>{messages.problem.notFoundHint}</p>
  </Empty>
)
