import { describe, expect, it } from 'vitest'
import { hideUrl, maskUrl, showUrl } from './url.js'

describe('maskUrl', () => {
  it.each([
    ['https://hooks.slack.com/services/T0/B0/x1', 'https://hooks.slack.com/…'],
    ['https://hooks.example.com/?key=1', 'https://hooks.example.com/…'],
    ['https://hooks.example.com', 'https://hooks.example.com'],
    ['https://hooks.slack.com/…', 'https://hooks.slack.com/…'],
    ['no url', '…'],
  ])('shows %s as %s', (url, shown) => expect(maskUrl(url)).toBe(shown))
})

describe('hideUrl', () => {
  it('removes a secret URL from a message, completely or in part', () => {
    const url = 'https://h.example/a/secret?k=1'
    expect(hideUrl('https://h.example/a/secret?k=1 failed, https://h.example/a too; h.example stays', url)).toBe(
      'https://h.example/… failed, https://h.example/… too; h.example stays',
    )
  })
})

describe('showUrl', () => {
  it.each([
    ['https://api.example/v1/issues?token=abc#x', 'https://api.example/v1/issues'],
    ['https://api.example/api/2026/releases.xml', 'https://api.example/api/2026/releases.xml'],
    ['https://api.example/repos/OpenSource/web-site', 'https://api.example/repos/OpenSource/web-site'],
    ['https://hooks.slack.com/services/T024BE7LD/B0GQ8PRK5/8ZhsKqP2mMbVtX', 'https://hooks.slack.com/services/…/…/…'],
    ['https://api.telegram.org/bot123456:ABC-DEF/getMe', 'https://api.telegram.org/…/getMe'],
    ['https://feeds.example/private/6f1c2d3e4a5b6c7d8e9f', 'https://feeds.example/private/…'],
    ['https://x.example/0b3f3a7e-55a1-4a6c-9a6e-1c2d3e4f5a6b/rss', 'https://x.example/…/rss'],
    ['https://x.example/dGhpcyBpcyBhIHNlY3JldA', 'https://x.example/…'],
    ['https://x.example/a/b/c/d/e/f', 'https://x.example/a/b/c/d/…'],
    ['https://x.example/%73%65%63', 'https://x.example/…'],
  ])('shows %s as %s', (url, shown) => expect(showUrl(new URL(url))).toBe(shown))
})
