import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { FilesInvalid } from './file-places.js'

/** A file with its text. */
export interface SourceFile {
  readonly file: string
  readonly text: string
}

const isYaml = (name: string): boolean => /\.(ya?ml|json)$/iu.test(name) && !name.startsWith('.')

/** Reads files, and of folders all YAML and JSON files in the order of their names. Throws {@link FilesInvalid}. */
export const readSourceFiles = async (paths: readonly string[]): Promise<readonly SourceFile[]> => {
  const files: SourceFile[] = []
  for (const given of paths) for (const file of await listFiles(given)) files.push({ file, text: await readText(file) })
  return files
}

const listFiles = async (given: string): Promise<readonly string[]> => {
  if (!(await isFolder(given))) return [given]
  const entries = await readdir(given, { withFileTypes: true, recursive: true })
  const found = entries
    // A mounted folder may contain its files as links (as in Kubernetes), and hide their targets in folders that start with a dot.
    .filter((entry) => !entry.isDirectory() && isYaml(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        !path
          .relative(given, file)
          .split(path.sep)
          .some((part) => part.startsWith('.')),
    )
  if (found.length === 0) throw unusable(given, 'the folder has no .yaml, .yml or .json file')
  return found.sort()
}

const isFolder = async (given: string): Promise<boolean> => {
  try {
    return (await stat(given)).isDirectory()
  } catch (error) {
    throw unusable(given, `cannot be read (${codeOf(error)})`)
  }
}

const readText = async (file: string): Promise<string> => {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw unusable(file, `cannot be read (${codeOf(error)})`)
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw unusable(file, 'is not UTF-8 text')
  }
}

const unusable = (file: string, message: string): FilesInvalid => new FilesInvalid([{ file, line: 1, column: 1, message }])

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)
