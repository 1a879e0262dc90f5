/**
 * Questions that a reader might ask of these docs, partly in other words than theirs, and the page that answers; tests/docs/search.test.ts asks them
 * too.
 */
export const DEMO_QUESTIONS: readonly { readonly question: string; readonly page: string }[] = [
  { question: 'Do numbers of twenty digits lose any?', page: 'guides/mapping.md' },
  { question: 'What happens when the master key has to be replaced?', page: 'guides/operate.md' },
  { question: 'How do I connect Claude Desktop?', page: 'guides/agents.md' },
]
