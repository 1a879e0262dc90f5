// Adds to every image in Dockerfile and docker-compose.yml the digest that its tag has in its registry now: name:tag@sha256:…
//   node scripts/pin-images.mjs [--check]      --check changes nothing and fails when a digest is missing or the tag has another one
// INLET_PIN_REGISTRY replaces the address of Docker Hub, e.g. by a mirror.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const HUB = 'https://registry-1.docker.io'
const FILES = ['Dockerfile', 'docker-compose.yml']
const IMAGE = /^(?<lead>\s*(?:image:|FROM)\s+)(?<image>[\w./-]+:[\w.-]+)(?<digest>@sha256:[0-9a-f]{64})?(?<rest>(?: AS \w+)?)$/gmu
const TYPES = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json']

const registry = process.env.INLET_PIN_REGISTRY ?? HUB
const isCheck = process.argv.includes('--check')

const head = async (url, headers = {}) => fetch(url, { method: 'HEAD', headers: { accept: TYPES.join(', '), ...headers } })

/** The digest of an image's tag; asks for a token where the registry wants one (RFC 6750, Docker's token authentication). */
const findDigest = async (image) => {
  const [name, tag] = image.split(':')
  const repository = name.includes('/') ? name : `library/${name}`
  const url = `${registry}/v2/${repository}/manifests/${tag}`
  let answer = await head(url)
  if (answer.status === 401) {
    const challenge = Object.fromEntries(
      [...(answer.headers.get('www-authenticate') ?? '').matchAll(/(\w+)="([^"]*)"/gu)].map(([, key, value]) => [key, value]),
    )
    const { token } = await (await fetch(`${challenge.realm}?service=${challenge.service}&scope=${challenge.scope}`)).json()
    answer = await head(url, { authorization: `Bearer ${token}` })
  }
  const digest = answer.headers.get('docker-content-digest')
  if (!answer.ok || digest === null) throw new Error(`${registry} answers ${answer.status} for ${image}`)
  return digest
}

const isOurs = (image) => image === 'inlet:local'

const wrong = []
for (const file of FILES) {
  const text = readFileSync(path.resolve(file), 'utf8')
  const images = [...text.matchAll(IMAGE)].map(({ groups }) => groups).filter(({ image }) => !isOurs(image))
  const digests = new Map()
  for (const { image } of images) if (!digests.has(image)) digests.set(image, `@${await findDigest(image)}`)
  for (const { image, digest } of images)
    if (digest !== digests.get(image)) wrong.push(`${file}: ${image} is ${digest ?? 'not pinned'}, its tag is ${digests.get(image)}`)
  if (isCheck) continue
  const pinned = text.replace(IMAGE, (line, ...match) => {
    const { lead, image, rest } = match.at(-1)
    return isOurs(image) ? line : `${lead}${image}${digests.get(image)}${rest}`
  })
  writeFileSync(path.resolve(file), pinned)
}
for (const line of wrong) console.log(line)
if (isCheck && wrong.length > 0) process.exitCode = 1
