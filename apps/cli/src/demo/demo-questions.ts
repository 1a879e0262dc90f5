/** What somebody might ask of these docs, partly in other words than theirs, and the page that answers; tests/docs/search.test.ts asks them too. */
export const DEMO_QUESTIONS: readonly { readonly question: string; readonly page: string }[] = [
  { question: 'Do numbers of twenty digits lose any?', page: 'guides/mapping.md' },
  { question: 'Can I rename a column before it is saved?', page: 'guides/mapping.md' },
  { question: 'How many machines do I need when the volume grows?', page: 'guides/operate.md' },
]
