import type { DraftReview } from '@inlet/contract'
import { Failure } from '@inlet/domain'

/** A publication that is blocked, with what the review found. */
export class PublishBlocked extends Failure {
  readonly review: DraftReview
  constructor(reason: 'PUBLISH_BLOCKED' | 'EXAMPLES_BROKEN', message: string, review: DraftReview) {
    super(reason, message)
    this.review = review
  }
}
