import { spawn } from 'node:child_process'
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '@inlet/db/embedded'
import { until } from './until.js'

export interface StaticServer {
  readonly url: string
  readonly what: string
  close(): Promise<void>
}

/** Serves a folder on loopback: by nginx when there is one, else by Node. */
export const serveFolder = async (folder: string, nginx: string | null): Promise<StaticServer> =>
  nginx === null ? byNode(folder) : byNginx(folder, nginx)

const byNginx = async (folder: string, nginx: string): Promise<StaticServer> => {
  const home = mkdtempSync(path.join(tmpdir(), 'inlet-bench-nginx-'))
  mkdirSync(path.join(home, 'logs'))
  const port = await freePort()
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${home}/${name};`).join(' ')
  writeFileSync(
    path.join(home, 'nginx.conf'),
    `${user} daemon off; worker_processes 1; pid ${home}/nginx.pid; error_log ${home}/logs/error.log; events {}
http { ${temporary} access_log off; keepalive_requests 100000; types { text/html html; text/css css; image/svg+xml svg; }
  server { listen 127.0.0.1:${port}; root ${folder}; index index.html; } }\n`,
  )
  const child = spawn(nginx, ['-p', `${home}/`, '-c', path.join(home, 'nginx.conf')], { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  await until(
    'nginx',
    () =>
      fetch(`${url}/index.html`).then(
        ({ ok }) => ok || null,
        () => null,
      ),
    { limitMs: 10_000 },
  )
  return {
    url,
    what: 'nginx',
    async close() {
      child.kill('SIGQUIT')
      await exited
      rmSync(home, { recursive: true, force: true })
    },
  }
}

const byNode = async (folder: string): Promise<StaticServer> => {
  const port = await freePort()
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
    const file = path.join(folder, path.normalize(name === '/' ? '/index.html' : name))
    if (!existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'content-type': file.endsWith('.html') ? 'text/html' : 'application/octet-stream' })
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${port}`,
    what: 'a static server in the process of the benchmark (nginx is not installed)',
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
