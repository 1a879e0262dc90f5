import { expect, it } from 'vitest'
import { readText } from './read-text.js'

it('takes Markdown as it is, with title and links', () => {
  const page = readText('intro\r\n\r\n# The title\n\n[a](b.md#x) [c](#y) <d> [e](https://other.example/)', {
    url: 'https://example.com/docs/',
    markdown: true,
  })
  expect(page).toMatchObject({ title: 'The title', links: ['https://example.com/docs/b.md', 'https://other.example/'] })
  expect(page.markdown).toBe('intro\n\n# The title\n\n[a](b.md#x) [c](#y) <d> [e](https://other.example/)')
})

it('titles plain text by its first line', () => {
  expect(readText('first line\nsecond', { url: 'https://example.com/a.txt', markdown: false })).toMatchObject({ title: 'first line', links: [] })
})
