import type { Page } from '../../connector.js'
import type { TestContext } from '../context/test-context.js'

/** Observes what a connector emits, e.g. to search it for secrets. */
export interface Witness {
  page?(page: Page): void
  failure?(thrown: unknown): void
  /** Called before the context closes. */
  closing?(context: TestContext): void | Promise<void>
}
