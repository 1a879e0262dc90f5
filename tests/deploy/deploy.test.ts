import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { isReason } from '@inlet/domain'
import { createMetrics } from '@inlet/observability'
import { parseKeyring } from '@inlet/security'
import { findCommand } from '@inlet/testing'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { EVENT_LOOP_LOOK_MS } from '../../packages/observability/src/metrics/families.js'

const ROOT = path.resolve(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')
const isFile = (file: string): boolean => existsSync(path.join(ROOT, file))

const compose = read('docker-compose.yml')
const mentions = (pattern: RegExp, text: string): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '')

const composeCommand = findCommand('docker-compose', ['docker-compose'])

describe('docker-compose.yml', () => {
  const programs = mentions(/'(apps\/[\w-]+\/dist\/main\.js)'/gu, `${compose} ${read('Dockerfile').replaceAll('"', "'")}`)

  it('starts every process and the migrations', () => {
    expect([...new Set(programs)].sort()).toEqual([
      'apps/api/dist/main.js',
      'apps/cli/dist/main.js',
      'apps/scribe/dist/main.js',
      'apps/worker/dist/main.js',
    ])
  })

  it.each([...new Set(programs)])('starts %s, which the build makes', (program) => {
    expect(isFile(program.replace('/dist/', '/src/').replace(/\.js$/u, '.ts'))).toBe(true)
  })

  it('migrates with a command that the command line knows', () => {
    const help = execFileSync(process.execPath, ['--conditions=@inlet/source', '--import', 'tsx', 'apps/cli/src/main.ts', 'migrate', '--help'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
    expect(help).toMatch(/migrate/u)
  })

  it('mounts files that exist', () => {
    const mounts = mentions(/- \.\/(deploy[\w./-]*):/gu, compose)
    expect(mounts.length).toBeGreaterThan(0)
    expect(mounts.filter((mount) => !isFile(mount))).toEqual([])
  })

  it('publishes on the loopback interface only', () => {
    const published = mentions(/ports: \['([^']+)'\]/gu, compose)
    expect(published).toHaveLength(compose.match(/ports:/gu)?.length ?? 0)
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
  })

  it('pins every image to a release', () => {
    const images = [...mentions(/image: (\S+)/gu, compose), ...mentions(/^FROM (\S+)/gmu, read('Dockerfile'))].filter(
      (image) => image !== 'inlet:local',
    )
    expect(images.length).toBeGreaterThan(4)
    expect(images.filter((image) => !/:v?\d+\.\d+\.?\d*/u.test(image))).toEqual([])
  })

  it('keeps Redis durable', () => {
    expect(compose).toMatch(/--appendonly yes .*--maxmemory-policy noeviction/u)
  })

  interface Service {
    readonly image: string
    readonly read_only?: boolean
    readonly mem_limit?: string
    readonly pids_limit?: number
    readonly cap_drop?: readonly string[]
    readonly networks?: readonly string[]
    readonly environment?: Readonly<Record<string, string>>
    readonly command?: string | readonly string[]
  }
  const { services } = parseYaml(compose, { merge: true }) as { services: Record<string, Service> }

  it('hardens every service', () => {
    for (const [name, service] of Object.entries(services))
      expect([name, service.read_only, service.cap_drop, typeof service.mem_limit, typeof service.pids_limit]).toEqual([
        name,
        true,
        ['ALL'],
        'string',
        'number',
      ])
  })

  it('keeps workers away from Grafana and from the ops ports of others', () => {
    const shared = (a: string, b: string) => (services[a]?.networks ?? []).filter((network) => services[b]?.networks?.includes(network))
    expect(shared('worker', 'grafana')).toEqual([])
    for (const other of ['api', 'scribe']) expect(shared('worker', other).filter((network) => network.startsWith('watch'))).toEqual([])
  })

  it('passes no secret by environment or arguments', () => {
    for (const { environment = {}, command = '' } of Object.values(services)) {
      expect(Object.keys(environment).filter((key) => /PASSWORD$|_KEYS$|_URL$/u.test(key))).toEqual([])
      expect(JSON.stringify(command)).not.toMatch(/requirepass \$\{/u)
    }
  })

  it.skipIf(composeCommand === null)('is accepted by docker-compose (needs docker-compose)', () => {
    const config = execFileSync(composeCommand ?? '', ['config'], { cwd: ROOT, encoding: 'utf8' })
    expect(config).toContain('service_completed_successfully')
  })
})

describe('.env.example', () => {
  const example = read('.env.example')
  const exampleKeys = mentions(/^#? ?([A-Z][A-Z0-9_]+)=/gmu, example)

  it('names every variable that docker-compose.yml takes', () => {
    const taken = [...new Set(mentions(/\$\{([A-Z0-9_]+)/gu, compose))]
    expect(taken.filter((key) => !exampleKeys.includes(key))).toEqual([])
  })

  it('names every key that an app reads, and no key that none reads', () => {
    const configs = [
      ...['api', 'worker', 'scribe', 'cli'].map((app) => `apps/${app}/src/config.ts`),
      'packages/observability/src/settings/process-settings.ts',
    ].filter(isFile)
    const read_ = new Set(configs.flatMap((file) => mentions(/^\s{2,}([A-Z][A-Z0-9_]+):/gmu, read(file))))
    expect([...read_].filter((key) => !exampleKeys.includes(key))).toEqual([])
    const composeOnly = new Set(mentions(/\$\{([A-Z0-9_]+)/gu, compose))
    for (const key of ['DATABASE_URL', 'REDIS_URL']) read_.add(`${key}_FILE`)
    expect(exampleKeys.filter((key) => !read_.has(key) && !composeOnly.has(key))).toEqual([])
  })

  it('becomes a .env with a folder of fresh secrets that only its owner enters, and never twice', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'inlet-env-'))
    try {
      const create = (): string => execFileSync(process.execPath, ['scripts/create-env.mjs', folder], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })
      create()
      const secret = (name: string): string => readFileSync(path.join(folder, 'secrets', name), 'utf8').trim()
      expect([statSync(path.join(folder, '.env')).mode & 0o777, statSync(path.join(folder, 'secrets')).mode & 0o777]).toEqual([0o600, 0o700])
      expect(secret('postgres_password')).toMatch(/^[0-9a-f]{48}$/u)
      expect(secret('database_url')).toBe(`postgresql://inlet:${secret('postgres_password')}@postgres:5432/inlet`)
      expect(secret('redis_url')).toBe(`redis://:${secret('redis_password')}@redis:6379`)
      expect(parseKeyring(secret('encryption_keys')).primaryId).toBe('k1')
      const mounted = mentions(/\/([a-z_]+)' \}/gu, compose)
      expect(mounted.filter((name) => !isSecret(folder, name))).toEqual([])
      const before = secret('encryption_keys')
      expect(create).toThrow('exists')
      expect(secret('encryption_keys')).toBe(before)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

const isSecret = (folder: string, name: string): boolean => existsSync(path.join(folder, 'secrets', name))

describe('pin-images.mjs', () => {
  const digest = `sha256:${'ab'.repeat(32)}`

  it('writes the digests that a registry has, after asking for a token, and finds tags that moved', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'inlet-pin-'))
    const asked: string[] = []
    const registry = createServer((request, response) => {
      const { url = '', headers } = request
      if (url.startsWith('/token')) response.end(JSON.stringify({ token: 'pull' }))
      else if (headers.authorization === 'Bearer pull') {
        asked.push(url)
        response.writeHead(200, { 'docker-content-digest': digest }).end()
      } else {
        const { port } = registry.address() as AddressInfo
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://127.0.0.1:${port}/token",service="s",scope="pull"` }).end()
      }
    })
    await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
    const { port } = registry.address() as AddressInfo
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [path.join(ROOT, 'scripts/pin-images.mjs'), ...args], {
        cwd: folder,
        env: { ...process.env, INLET_PIN_REGISTRY: `http://127.0.0.1:${port}` },
      })
    try {
      for (const file of ['Dockerfile', 'docker-compose.yml']) writeFileSync(path.join(folder, file), read(file))
      await expect(run('--check')).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('not pinned') })
      await run()
      const pinned = readFileSync(path.join(folder, 'docker-compose.yml'), 'utf8')
      expect(mentions(/image: (\S+)/gu, pinned).filter((image) => image !== 'inlet:local' && !image.endsWith(`@${digest}`))).toEqual([])
      expect(readFileSync(path.join(folder, 'Dockerfile'), 'utf8')).toContain(`FROM node:22.20.0-bookworm-slim@${digest} AS build`)
      expect(asked).toContain('/v2/library/postgres/manifests/18.4-bookworm')
      await expect(run('--check')).resolves.toMatchObject({ stdout: '' })
    } finally {
      registry.close()
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the image', () => {
  it('leaves out Prisma’s tools and the package manager', () => {
    const dockerfile = read('Dockerfile')
    expect(dockerfile).toContain('npm ci --omit=dev --omit=optional --omit=peer')
    expect(dockerfile).toContain('/usr/local/lib/node_modules')
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { peer?: boolean; dev?: boolean; devOptional?: boolean }>
    }
    // Every tool of Prisma stands in the lock file as something that these flags leave out.
    const kept = Object.entries(packages).filter(
      ([name, { peer, dev, devOptional }]) => /node_modules\/(prisma|@prisma\/(studio|dev|engines))/u.test(name) && !peer && !dev && !devOptional,
    )
    expect(kept.map(([name]) => name)).toEqual([])
    const bill = execFileSync(process.execPath, ['scripts/sbom.mjs'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 16_777_216 })
    const { components } = JSON.parse(bill) as { components: { name: string; hashes: { alg: string; content: string }[] }[] }
    const names = components.map((component) => component.name)
    expect(names).toEqual(expect.arrayContaining(['bullmq', 'express', 'pg', '@prisma/client']))
    expect(names.filter((name) => /^(prisma|vitest|typescript|@prisma\/studio-core)$/u.test(name))).toEqual([])
    expect(components.filter(({ hashes }) => !/^[0-9a-f]{128}$/u.test(hashes[0]?.content ?? ''))).toEqual([])
  })
})

describe('the dashboard', () => {
  it('shows every metric of Inlet, and none that does not exist', async () => {
    const { body } = await createMetrics({ process: 'api' }).expose()
    const existing = mentions(/^# TYPE (\S+)/gmu, body)
    const own = existing.filter((name) => name.startsWith('inlet_') || name.startsWith('http_'))
    const dashboard = read('deploy/grafana/dashboards/inlet.json')
    const shown = new Set(
      mentions(/\b((?:inlet|http|process|nodejs)_[a-z0-9_]+)/gu, dashboard).map((name) => name.replace(/_(bucket|count|sum)$/u, '')),
    )
    expect(own.filter((name) => !shown.has(name))).toEqual([])
    expect([...shown].filter((name) => !existing.includes(name))).toEqual([])
  })

  it('shows no delay of an event loop that has none', () => {
    const subtracted = mentions(/nodejs_eventloop_lag_p99_seconds\{[^}]*\} - ([\d.]+)/gu, read('deploy/grafana/dashboards/inlet.json'))
    expect(subtracted.map(Number)).toEqual([EVENT_LOOP_LOOK_MS / 1_000])
  })

  it('asks the provisioned data source', () => {
    const uid = mentions(/uid: (\S+)/gu, read('deploy/grafana/provisioning/datasources/prometheus.yml'))
    expect([...new Set(mentions(/"type": "prometheus",\s+"uid": "([^"]+)"/gu, read('deploy/grafana/dashboards/inlet.json')))]).toEqual(uid)
  })
})

describe('alerts.yml', () => {
  interface Rule {
    readonly alert: string
    readonly expr: string
    readonly labels: { readonly severity: string }
    readonly annotations: { readonly summary: string; readonly next: string }
  }
  const { groups } = parseYaml(read('deploy/alerts.yml')) as { groups: { rules: Rule[] }[] }
  const rules = groups.flatMap((group) => group.rules)

  it('asks only for metrics and labels that exist', async () => {
    const existing = new Set(mentions(/^# TYPE (\S+)/gmu, (await createMetrics({ process: 'api' }).expose()).body))
    const asked = rules.flatMap(({ expr }) =>
      mentions(/\b((?:inlet|http)_[a-z0-9_]+)/gu, expr).map((name) => name.replace(/_(bucket|count|sum)$/u, '')),
    )
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.filter((name) => !existing.has(name))).toEqual([])
    const reasons = rules.flatMap(({ expr }) => mentions(/reason=~?"([^"]+)"/gu, expr)).flatMap((text) => text.split('|'))
    expect(reasons.filter((reason) => !isReason(reason))).toEqual([])
  })

  it('names sources by their slugs, and uses only labels that its expression keeps', () => {
    for (const { alert, expr, annotations } of rules) {
      const used = new Set(mentions(/\$labels\.(\w+)/gu, `${annotations.summary} ${annotations.next}`))
      const kept = new Set([...mentions(/(?:by|group_left) \(([^)]+)\)/gu, expr).flatMap((list) => list.split(/,\s*/u)), 'job', 'instance'])
      expect([alert, [...used].filter((label) => !kept.has(label))]).toEqual([alert, []])
      expect([alert, used.has('source') && !used.has('slug')]).toEqual([alert, false])
    }
  })

  it('goes to Alertmanager, whose every route leads to a receiver', () => {
    interface Route {
      readonly receiver?: string
      readonly routes?: readonly Route[]
    }
    interface AlertmanagerConfig {
      readonly route: Route
      readonly receivers: readonly { readonly name: string }[]
      readonly inhibit_rules: readonly { readonly source_matchers: string[]; readonly target_matchers: string[] }[]
    }
    expect(parseYaml(read('deploy/prometheus.yml'))).toMatchObject({
      alerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] },
    })
    const config = parseYaml(read('deploy/alertmanager.yml')) as AlertmanagerConfig
    const receiversOf = ({ receiver, routes = [] }: Route): readonly string[] => [
      ...(receiver === undefined ? [] : [receiver]),
      ...routes.flatMap(receiversOf),
    ]
    const known = config.receivers.map(({ name }) => name)
    expect(receiversOf(config.route).filter((receiver) => !known.includes(receiver))).toEqual([])
    const alerts = config.inhibit_rules
      .flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers])
      .flatMap((text) => mentions(/(Inlet\w+)/gu, text))
    expect(alerts.filter((alert) => !rules.some((rule) => rule.alert === alert))).toEqual([])
  })

  it('says of each what it means, how bad it is and what to do', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
    expect(
      rules.filter(
        ({ labels, annotations }) => !/^(warning|critical)$/u.test(labels.severity) || annotations.summary === '' || annotations.next === '',
      ),
    ).toEqual([])
  })

  it('is where prometheus.yml looks for it', () => {
    const [file] = mentions(/rule_files: \[(\S+)\]/gu, read('deploy/prometheus.yml'))
    expect(compose).toContain(`./deploy/alerts.yml:${file}:ro`)
  })
})

describe('prometheus.yml', () => {
  it('scrapes each service of docker-compose.yml on its ops port, which is open inside the network', () => {
    const scraped = mentions(/names: (\[\w+\], type: A, port: \d+)/gu, read('deploy/prometheus.yml'))
    const services = ['api', 'worker', 'scribe'].map((service) => {
      const key = `INLET_${service.toUpperCase()}_OPS`
      const port = new RegExp(`${key}_PORT: envInt\\(\\{[^}]*default: ([\\d_]+)`, 'u').exec(read(`apps/${service}/src/config.ts`))?.[1]
      expect(compose).toContain(`${key}_HOST: 0.0.0.0`)
      return `[${service}], type: A, port: ${port?.replaceAll('_', '')}`
    })
    expect(scraped).toEqual(services)
  })
})
