import { spawn } from 'node:child_process'

/** Runs a command to its end and answers its output; throws with the last lines when it fails. */
export const runCommand = (
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk: Buffer): void => void (output = (output + chunk.toString('utf8')).slice(-200_000))
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${file} ended with ${code}:\n${output.trimEnd().split('\n').slice(-12).join('\n')}`)),
    )
  })
