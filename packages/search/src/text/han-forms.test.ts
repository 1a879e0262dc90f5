import { describe, expect, it } from 'vitest'
import { hanForms } from './han-forms.js'

describe('hanForms', () => {
  it.each([
    ['数据库', ['數據庫']],
    ['數據庫', ['数据库']],
    ['台湾', ['臺灣', '台灣']],
    ['台灣', ['台湾', '臺灣']],
    ['裡面', ['里面', '裏面']],
    ['面对', ['面對']],
    ['頭髮', ['头发', '頭發']],
    ['头发', ['頭髮', '頭發']],
  ])('%s is also written %j', (word, expected) => {
    expect(hanForms(word)).toEqual(expect.arrayContaining(expected))
  })

  it('yields nothing for characters that are the same both ways, for kana and for letters', () => {
    expect(['人口', 'データ', 'leases'].flatMap((word) => hanForms(word))).toEqual([])
  })

  it('stays bounded for long words of characters that stand for several', () => {
    expect(hanForms('台台台台台台台台台台台台').length).toBeLessThanOrEqual(9)
  })
})
