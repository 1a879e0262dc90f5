/** The streams a source may choose from. */
export const STREAMS = ['commits', 'pull_requests', 'issues', 'comments', 'reviews', 'releases', 'events'] as const
export type GithubStream = (typeof STREAMS)[number]

/** Always read, and last, because its records keep the ETags of all that was read before. */
export const REPOSITORIES = 'repositories'

/** Lists that are read separately, each with its own ETag; `comments` is made of two. */
export const FEEDS = ['commits', 'pull_requests', 'issues', 'issue_comments', 'review_comments', 'reviews', 'releases', 'events'] as const
export type Feed = (typeof FEEDS)[number]
