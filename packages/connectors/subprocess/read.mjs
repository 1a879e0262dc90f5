// Runs in a separate process, because it works long without a pause and is fed hostile files. It turns a
// file into lines of JSON. Its parent answers requests for bytes, and asks for each next piece of text.

const LIBRARIES = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split('=', 2)))
const READERS = {
  pdf: async () => (await import('./pdf.mjs')).readPdf,
  parquet: async () => (await import('./parquet.mjs')).readParquet,
}

let answer

process.on('disconnect', () => process.exit(0))
process.on('message', (message) => {
  if ('job' in message) void work(message.job)
  else answer?.(message)
})

const ask = (message) =>
  new Promise((resolve) => {
    answer = resolve
    process.send(message)
  })

/** The most bytes that cross between the processes at a time. */
const PART_BYTES = 8 * 1024 * 1024

const readAt = async (start, end) => {
  const parts = []
  for (let from = start; from < end; from += PART_BYTES) parts.push((await ask({ start: from, end: Math.min(from + PART_BYTES, end) })).bytes)
  return parts.length === 1 ? parts[0] : Buffer.concat(parts)
}

const work = async ({ kind, size, options }) => {
  try {
    const read = await READERS[kind]()
    for await (const text of read({ size, readAt }, { ...options, libraries: LIBRARIES })) await ask({ text })
    process.send({ end: true })
  } catch (error) {
    process.send({ failure: { reason: error?.reason ?? 'FILE_UNREADABLE', message: String(error?.message ?? error).slice(0, 300) } })
  }
}
