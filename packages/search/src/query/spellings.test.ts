import { describe, expect, it } from 'vitest'
import { analyzeRecord } from '../analysis/analyze-record.js'
import { wordsOf } from '../text/words.js'
import { parseQuery } from './parse-query.js'

/** Whether every word of a question is a word of the text, in an index of these languages. */
const finds = (question: string, text: string): boolean => {
  const { language, parts } = analyzeRecord({ key: 'k', text }, null)
  const terms = parts[0]?.terms ?? new Map<string, number>()
  return parseQuery(question, [language]).terms.every(({ variants }) => variants.some((variant) => terms.has(variant)))
}

describe('one word written in two ways', () => {
  it.each([
    ['passwoerter', 'Passwörter'],
    ['passwörter', 'Passwoerter'],
    ['Steuererklaerung', 'Die Steuererklärung ist fällig.'],
    ['aenderung der groesse', 'Die Änderung der Größe von allem'],
    ['fuesse', 'Das sind die Füße von ihm und die sind kalt'],
    ['füße', 'fuesse'],
    ['STRASSE', 'Straße'],
    ['Überprüfung', 'Ueberpruefung'],
    ['uberprufung', 'Überprüfung'],
    ['koebenhavn', 'København'],
    ['数据库备份', '數據庫備份'],
    ['數據庫備份', '数据库备份'],
    ['头发', '頭髮'],
    ['發展', '发展'],
    ['データベース', 'ﾃﾞｰﾀﾍﾞｰｽ'],
    ['ﾃﾞｰﾀﾍﾞｰｽ', 'データベースの設定'],
    ['Ｐａｓｓｗｏｒｄ１２', 'password12'],
    ['server', 'Ｓｅｒｖｅｒ　の設定'],
  ])('%s finds %s', (question, text) => {
    expect(finds(question, text)).toBe(true)
  })

  it.each([
    ['poet', 'a pot of tea'],
    ['fuel', 'full'],
    ['mauer', 'maur'],
    ['quelle', 'qulle'],
    ['后面', '後後'],
  ])('%s does not find %s', (question, text) => {
    expect(finds(question, text)).toBe(false)
  })

  it('leaves English words with other letters alone', () => {
    expect(parseQuery('poet', ['en']).terms[0]?.variants).not.toContain('pot')
  })

  it('keeps the offsets of half-width letters', () => {
    const text = 'see ﾃﾞｰﾀ here'
    for (const { start, end, text: word } of wordsOf(text).filter(({ kind }) => kind === 'word'))
      expect(text.slice(start, end).normalize('NFKC').toLowerCase()).toBe(word)
  })
})
