import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isReason } from '@inlet/domain'
import { createMetrics } from '@inlet/observability'
import { parseKeyring } from '@inlet/security'
import { findCommand } from '@inlet/testing'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'

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
    expect(compose.replaceAll(/\s+/gu, ' ')).toMatch(/--appendonly - 'yes' .*--maxmemory-policy - noeviction/u)
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
    const configs = ['api', 'worker', 'scribe', 'cli'].map((app) => `apps/${app}/src/config.ts`).filter(isFile)
    const read_ = new Set(configs.flatMap((file) => mentions(/^\s{2,}([A-Z][A-Z0-9_]+):/gmu, read(file))))
    expect([...read_].filter((key) => !exampleKeys.includes(key))).toEqual([])
    const composeOnly = new Set(mentions(/\$\{([A-Z0-9_]+)/gu, compose))
    expect(exampleKeys.filter((key) => !read_.has(key) && !composeOnly.has(key))).toEqual([])
  })

  it('becomes a .env with fresh secrets that only its owner reads, and never twice', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'inlet-env-'))
    try {
      const file = path.join(folder, '.env')
      const create = (): string => execFileSync(process.execPath, ['scripts/create-env.mjs', file], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })
      create()
      const text = readFileSync(file, 'utf8')
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(text).toMatch(/^POSTGRES_PASSWORD=[0-9a-f]{48}$/mu)
      expect(text).toMatch(/^REDIS_PASSWORD=[0-9a-f]{48}$/mu)
      expect(parseKeyring(/^INLET_ENCRYPTION_KEYS=(.+)$/mu.exec(text)?.[1] ?? '').primaryId).toBe('k1')
      writeFileSync(file, 'kept')
      expect(create).toThrow('exists')
      expect(readFileSync(file, 'utf8')).toBe('kept')
    } finally {
      rmSync(folder, { recursive: true })
    }
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
