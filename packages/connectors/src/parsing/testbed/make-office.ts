import { makeZip } from './make-zip.js'

const xml = (body: string): string => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${body}`
const WORD =
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
const SHEET =
  'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
const CORE = 'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"'

/** A Word document whose body is written in its own XML. */
export const makeDocx = (body: string, title?: string): Buffer =>
  makeZip([
    { name: '[Content_Types].xml', content: xml('<Types/>') },
    { name: 'word/document.xml', content: xml(`<w:document ${WORD}><w:body>${body}</w:body></w:document>`) },
    ...(title === undefined
      ? []
      : [{ name: 'docProps/core.xml', content: xml(`<cp:coreProperties ${CORE}><dc:title>${title}</dc:title></cp:coreProperties>`) }]),
  ])

/** A workbook; each sheet is the XML of its rows. Cell style 1 is a date, 2 a format of its own with a time, 3 one with a "d" in quotes, 4 and on are `formats`. */
export const makeXlsx = (
  sheets: Readonly<Record<string, string>>,
  {
    strings = [],
    hidden = [],
    date1904 = false,
    formats = [],
  }: {
    readonly formats?: readonly string[]
    readonly strings?: readonly string[]
    readonly hidden?: readonly string[]
    readonly date1904?: boolean
  } = {},
): Buffer => {
  const names = Object.keys(sheets)
  const state = (name: string): string => (hidden.includes(name) ? ' state="hidden"' : '')
  const entries = names.map((name, index) => `<sheet name="${name}" sheetId="${index + 1}"${state(name)} r:id="rId${index + 1}"/>`).join('')
  const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet'
  const relations = names
    .map((_name, index) => `<Relationship Id="rId${index + 1}" Type="${type}" Target="worksheets/sheet${index + 1}.xml"/>`)
    .join('')
  return makeZip([
    { name: '[Content_Types].xml', content: xml('<Types/>') },
    { name: 'xl/workbook.xml', content: xml(`<workbook ${SHEET}><workbookPr date1904="${date1904}"/><sheets>${entries}</sheets></workbook>`) },
    { name: 'xl/_rels/workbook.xml.rels', content: xml(`<Relationships>${relations}</Relationships>`) },
    { name: 'xl/sharedStrings.xml', content: xml(`<sst ${SHEET}>${strings.map((text) => `<si>${text}</si>`).join('')}</sst>`) },
    {
      name: 'xl/styles.xml',
      content: xml(
        `<styleSheet ${SHEET}><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/><numFmt numFmtId="165" formatCode="0.0 &quot;days&quot;"/>${formats.map((code, at) => `<numFmt numFmtId="${170 + at}" formatCode="${code.replaceAll('"', '&quot;')}"/>`).join('')}</numFmts>` +
          `<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>${formats.map((_code, at) => `<xf numFmtId="${170 + at}"/>`).join('')}</cellXfs></styleSheet>`,
      ),
    },
    ...names.map((name, index) => ({
      name: `xl/worksheets/sheet${index + 1}.xml`,
      content: xml(`<worksheet ${SHEET}><sheetData>${sheets[name]}</sheetData></worksheet>`),
    })),
  ])
}
