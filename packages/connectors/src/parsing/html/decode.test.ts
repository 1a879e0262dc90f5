import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { chooseCharset, decodePage, decodeText } from './decode.js'

describe('charset of a page', () => {
  it('believes a byte order mark before everything else', () => {
    expect(decodePage(Buffer.from('\ufeffä'), 'text/html; charset=latin1')).toBe('ä')
    expect(decodePage(iconv.encode('ä', 'utf-16le', { addBOM: true }), 'text/html')).toBe('ä')
  })

  it('believes the header before the meta element', () => {
    const bytes = iconv.encode('<meta charset="utf-8">日本', 'shift_jis')
    expect(decodePage(bytes, 'text/html; charset="Shift_JIS"')).toContain('日本')
  })

  it.each([
    ['<meta charset="windows-1251">', 'windows-1251'],
    ['<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">', 'windows-1252'],
    ['<?xml version="1.0" encoding="koi8-r"?>', 'koi8-r'],
    ['\r\n <?xml version="1.0" encoding = "windows-1251"?>', 'windows-1251'],
    ['<meta charset="utf-16">', 'utf-8'],
    ['<meta charset="no-such-thing">', 'utf-8'],
  ])('finds what %s says', (html, charset) => {
    expect(chooseCharset(Buffer.from(html), 'text/html')).toEqual({ charset, certainty: 1 })
  })

  it('takes UTF-8 when nothing is declared and the bytes are valid', () => {
    expect(decodePage(Buffer.from('Grüße 日本'), 'text/html')).toBe('Grüße 日本')
  })

  it('guesses when they are not', () => {
    const text = 'Größe und Übergänge sind für die Prüfung maßgeblich, schließlich gehören auch Äpfel dazu. '.repeat(5)
    expect(decodePage(iconv.encode(text, 'windows-1252'), 'text/html')).toBe(text)
  })

  it('does not believe a declaration that the bytes contradict', () => {
    const russian = `<meta charset="utf-8"><p>${'Съешь ещё этих мягких булок. '.repeat(10)}</p>`
    expect(decodePage(iconv.encode(russian, 'windows-1251'), 'text/html')).toBe(russian)
    const german = 'Über die Größe der Übergänge'
    expect(decodePage(Buffer.from(german.repeat(5)), 'text/html; charset=iso-8859-1')).toBe(german.repeat(5))
  })

  it('recognizes UTF-16 without a mark, and short text in other scripts', () => {
    expect(decodePage(Buffer.from('<p>Grüße</p>', 'utf16le'), 'text/html')).toBe('<p>Grüße</p>')
    expect(decodePage(iconv.encode('<p>Привет</p>', 'windows-1251'), 'text/html')).toBe('<p>Привет</p>')
  })

  it('reports how certain it was and whether any bytes fit nowhere', () => {
    expect(decodeText(Buffer.concat([Buffer.from('Zoë Müller '.repeat(5)), Buffer.from([0xeb])]), 'text/html')).toMatchObject({
      charset: 'utf-8',
      certainty: 1,
    })
    expect(decodeText(Buffer.from('caf\xe9 cr\xe8me', 'latin1'), 'text/html')).toMatchObject({ charset: 'windows-1252', damaged: false })
    expect(decodeText(Buffer.from('caf\xe9 cr\xe8me', 'latin1'), 'text/html').certainty).toBeLessThan(1)
  })

  it('replaces what cannot be stored', () => {
    expect(decodePage(Buffer.from('a\0b'), 'text/plain')).toBe('a\ufffdb')
    expect(decodePage(Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]), '')).toBe('\ufffdA')
  })
})
