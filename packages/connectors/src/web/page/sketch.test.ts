import { describe, expect, it } from 'vitest'
import { sameTitle, shareIn, sketchOf } from './sketch.js'

const words = (from: number, to: number) => Array.from({ length: to - from }, (_none, n) => `word${from + n}`).join(' ')
const share = (text: string, other: string) => shareIn(sketchOf({ markdown: text }), sketchOf({ markdown: other }))

describe('sketches', () => {
  it('distinguish duplicates, and texts contained in another one, from other texts', () => {
    expect(share(words(0, 300), words(0, 300))).toBe(1)
    expect(share(words(0, 200), words(0, 300))).toBeGreaterThan(0.8)
    expect(share(words(0, 300), words(500, 900))).toBe(0)
    expect(share(`${words(0, 20)} ${words(100, 300)}`, `${words(0, 20)} ${words(500, 700)}`)).toBeLessThan(0.4)
  })

  it('compare short texts and those without blanks', () => {
    expect(share('One two', 'two ONE')).toBe(1)
    expect(share('One two', 'Three four')).toBe(0)
    expect(share('東京は日本の首都です。人口が多い。', '大阪は西日本の中心です。食べ物が美味しい。')).toBeLessThan(0.5)
    expect(share('', '')).toBe(1)
  })

  it('compare titles where there are any', () => {
    const [one, same, other, none] = ['Page 1', ' page  1!', 'Page 2', undefined].map((title) =>
      sketchOf({ markdown: 'x', ...(title === undefined ? {} : { title }) }),
    )
    expect([same, other, none].map((sketch) => sameTitle(one ?? '', sketch ?? ''))).toEqual([true, false, true])
  })

  it('stay what they were in any script: they are stored, and compared with those of later runs', () => {
    const markdown = 'Straße 12, naïve_x 東京は日本の首都です 𠀀𠀁𠀂 ก็ดี 한국어 😀 don’t e\u0301a \ud800b ١٢٣ ÉCOLE'
    expect(sketchOf({ title: 'Crème brûlée 東京', markdown })).toBe(
      'fnfdXgxBC9YagLGzHf-91B6lGkEj-aSjJ2fp9Cxsdh8vXPYsNt9C9FNjfOlW2mQqW04Cu33eDnOCxGIyjoQYw5wWvRE',
    )
  })

  it('stay short', () => {
    expect(sketchOf({ title: 'x'.repeat(1_000), markdown: words(0, 100_000) }).length).toBeLessThanOrEqual(92)
  })
})
