/** What somebody might ask of these docs, in other words than theirs, and the page that answers; tests/docs/search.test.ts asks them too. */
export const DEMO_QUESTIONS: readonly { readonly question: string; readonly page: string }[] = [
  { question: 'How do I get an email or chat message as soon as something fails?', page: 'guides/quarantine-and-notifications.md' },
  { question: 'Can I rename a column before it is saved?', page: 'guides/mapping.md' },
  { question: 'How do I let an assistant look things up in my company data?', page: 'guides/agents.md' },
]
