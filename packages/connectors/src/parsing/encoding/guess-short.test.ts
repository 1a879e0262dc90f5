import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { guessShort } from './guess-short.js'

const TEXTS: readonly (readonly [string, string])[] = [
  ['windows-1251', 'номер;имя\n1;Иван Петров\n'],
  ['windows-1251', 'name,city\nАнна,Москва\n'],
  ['windows-1251', 'id;title\n1;Привіт, світе\n'],
  ['koi8-r', 'номер;имя\n1;Иван Петров;Москва\n'],
  ['cp866', 'номер;имя\n1;Иван Петров;Москва\n'],
  ['windows-1252', 'id,name\n1,Zoë Müller\n2,José García\n'],
  ['windows-1252', 'a,b\n1,Größe\n'],
  ['windows-1252', 'ville;région\nSaint-Étienne;Rhône-Alpes\n'],
  ['windows-1250', 'id;jméno\n1;Jiří Dvořák;Plzeň\n'],
  ['windows-1250', 'id;nazwa\n1;Łukasz Żółć\n2;Gdańsk\n'],
  ['windows-1253', 'α;όνομα\n1;Γιώργος Παπαδόπουλος;Αθήνα\n'],
  ['windows-1254', 'no;ad\n1;Gülşah Yıldız;İstanbul\n'],
  ['windows-1255', 'מספר;שם\n1;דוד כהן;תל אביב\n'],
  ['windows-1256', 'رقم;اسم\n1;محمد علي;القاهرة\n'],
  ['windows-874', 'ลำดับ;ชื่อ\n1;สมชาย ใจดี\n'],
  ['shift_jis', 'id,name\n1,山田太郎\n2,佐藤\n'],
  ['shift_jis', '商品,価格\nりんご,100\n'],
  ['euc-jp', '番号,氏名\n1,山田太郎,とうきょう\n'],
  ['gb18030', '编号,姓名\n1,张伟,北京\n2,王芳,上海\n'],
  ['big5', '編號,姓名\n1,張偉,台北\n2,陳美玲,高雄\n'],
  ['euc-kr', '번호,이름\n1,김철수,서울\n2,이영희,부산\n'],
]

describe('guessShort', () => {
  it.each(TEXTS)('%s: %j', (encoding, text) => {
    const guess = guessShort(iconv.encode(text, encoding))
    expect([guess?.encoding, iconv.decode(iconv.encode(text, encoding), guess?.encoding ?? 'ascii')]).toEqual([encoding, text])
  })

  it('is not certain where there is little evidence for either', () => {
    expect(guessShort(Buffer.from('a,b\n1,\xb3\n', 'latin1'))?.certainty).toBeLessThan(0.95)
    expect(guessShort(Buffer.from('plain'))).toBeNull()
  })
})
