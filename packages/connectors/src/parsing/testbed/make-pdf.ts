/** A small PDF with a line of text on each page, made by hand; offsets and all. */
export const makePdf = (pages: readonly string[], info: Readonly<Record<string, string>> = {}): Buffer => {
  const text = (value: string): string => `(${value.replaceAll(/[\\()]/g, String.raw`\$&`)})`
  const pageId = (index: number): number => 5 + index * 2
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pages.map((_page, index) => `${pageId(index)} 0 R`).join(' ')}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    `<< ${Object.entries(info)
      .map(([name, value]) => `/${name} ${text(value)}`)
      .join(' ')} >>`,
    ...pages.flatMap((page, index) => {
      const content = `BT /F1 12 Tf 72 720 Td ${text(page)} Tj ET`
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${pageId(index) + 1} 0 R >>`,
        `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
      ]
    }),
  ]
  return assemble(objects)
}

/** One page of text in a font whose characters only a predefined map tells. `bytes`: the text, in hexadecimal. */
export const makeCjkPdf = (map: string, ordering: string, bytes: string): Buffer => {
  const content = `BT /F1 12 Tf 72 720 Td <${bytes}> Tj ET`
  return assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [5 0 R] /Count 1 >>',
    `<< /Type /Font /Subtype /Type0 /BaseFont /Some-Font /Encoding /${map} /DescendantFonts [7 0 R] >>`,
    '<< >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 6 0 R >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    `<< /Type /Font /Subtype /CIDFontType0 /BaseFont /Some-Font /CIDSystemInfo << /Registry (Adobe) /Ordering (${ordering}) /Supplement 2 >> /FontDescriptor 8 0 R >>`,
    '<< /Type /FontDescriptor /FontName /Some-Font /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>',
  ])
}

/** Objects 1, 2 … as a file; the first is the catalog and the fourth the information. */
const assemble = (objects: readonly string[]): Buffer => {
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  return Buffer.from(
    `${file}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n${file.length}\n%%EOF\n`,
    'latin1',
  )
}

/** The same, said to be encrypted with a password that nobody has. */
export const makeEncryptedPdf = (): Buffer => {
  const hex = (byte: string): string => `<${byte.repeat(32)}>`
  const encrypt = `/Encrypt << /Filter /Standard /V 1 /R 2 /O ${hex('ab')} /U ${hex('cd')} /P -4 >> /ID [<00> <00>] `
  return Buffer.from(makePdf(['secret']).toString('latin1').replace('/Root', `${encrypt}/Root`), 'latin1')
}
