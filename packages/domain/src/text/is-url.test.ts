import { expect, it } from 'vitest'
import { isUrl } from './url.js'

it('distinguishes URLs from other text, however often it is called', () => {
  const answers = new Set(Array.from({ length: 30_000 }, () => isUrl('https://bücher.example/größe')))
  expect([...answers]).toEqual([true])
  expect([isUrl('größe', 'https://bücher.example/'), isUrl('//x y', 'https://a.example'), isUrl('größe'), isUrl('')]).toEqual([
    true,
    false,
    false,
    false,
  ])
})
