import type { Importer } from '@inlet/connector-sdk'
import { MAX_DOCUMENT_BYTES, parseDocument } from './parse-document.js'
import { proposeConfig } from './propose.js'

/** Proposes settings from OpenAPI 3.0, 3.1 and Swagger 2.0. */
export const openApiImporter: Importer = {
  format: 'OpenAPI 3.0 or 3.1, or Swagger 2.0; JSON or YAML',
  maxBytes: MAX_DOCUMENT_BYTES,
  propose: async ({ text, documentUrl, paths }, signal) => proposeConfig(await parseDocument(text, signal), { documentUrl, paths }),
}
