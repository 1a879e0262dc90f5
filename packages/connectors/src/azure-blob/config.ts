import { z } from 'zod'
import { blobShape } from '../blobs/settings.js'

/** Settings of the `azure_blob` connector. */
export const configSchema = z.strictObject({
  container: z
    .string()
    .regex(/^(?:\$root|\$web|\$logs|[a-z0-9](?:-?[a-z0-9]){2,62})$/, 'is not a name of a container')
    .describe('Name of the container.'),
  account: z
    .string()
    .regex(/^[a-z0-9]{3,24}$/, 'is not a name of a storage account')
    .optional()
    .describe('Name of the storage account; a connection string names it too.'),
  endpoint: z
    .string()
    .max(2000)
    .optional()
    .describe('Address of the blob service, for other clouds and emulators; none: `https://<account>.blob.core.windows.net`.'),
  ...blobShape,
})

export type AzureConfig = z.infer<typeof configSchema>

const secret = z.string().min(1).max(5000)

/** At most one of them; none for a public container. */
export const secretSchema = z.strictObject({
  connectionString: secret
    .optional()
    .describe('Connection string of the storage account, with an account key or a shared access signature.')
    .meta({ 'x-way': 'Connection string' }),
  accountKey: secret.optional().describe('A key of the storage account.').meta({ 'x-way': 'Account key' }),
  sasToken: secret
    .optional()
    .describe('Shared access signature with the permissions to read and list: the part after the question mark.')
    .meta({ 'x-way': 'Shared access signature' }),
})

export type AzureSecrets = z.infer<typeof secretSchema>
