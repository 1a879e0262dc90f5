// Writes a CycloneDX bill of materials of what the image installs (no development tools, optional packages or peers) to standard output.
// From package-lock.json, since `npm sbom --omit` also leaves out what a development dependency needs as well.
import { readFileSync } from 'node:fs'

const read = (file) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
const { name, version, license } = read('package.json')

const isInstalled = ([place, found]) =>
  place.includes('node_modules/') && !(found.link || found.dev || found.devOptional || found.optional || found.peer)

const toHash = (integrity) => {
  const [algorithm, digest] = integrity.split('-')
  return { alg: algorithm.toUpperCase().replace('SHA', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') }
}

const toComponent = ([place, found]) => {
  const library = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const purl = `pkg:npm/${library.replace('@', '%40')}@${found.version}`
  return {
    'bom-ref': `${purl}#${place}`,
    type: 'library',
    name: library,
    version: found.version,
    purl,
    ...(found.license !== undefined && { licenses: [{ expression: found.license }] }),
    ...(found.integrity !== undefined && { hashes: [toHash(found.integrity)] }),
  }
}

const components = Object.entries(read('package-lock.json').packages).filter(isInstalled).map(toComponent)
const application = { 'bom-ref': name, type: 'application', name, version, licenses: [{ expression: license }] }
console.log(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata: { component: application }, components }, null, 2))
