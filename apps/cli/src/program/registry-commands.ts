import type { Command } from 'commander'
import { type Act, examples, remote, remoteToFile, repeated } from './options.js'

/** Adds commands for sources as code. */
export const addRegistryCommands = (program: Command, act: Act): void => {
  examples(
    remote(program.command('apply').description('bring the registered sources in line with YAML files'))
      .requiredOption('-f, --file <path>', 'file or folder of YAML, or - for standard input; may be repeated', repeated)
      .option('--dry-run', 'only show what would change; exits with 2 if anything would')
      .option('--prune', 'delete sources of this owner that are not in the files')
      .option('--prune-all', 'delete all sources that are not in the files, including those of other owners')
      .option('--yes', 'delete without asking')
      .option('--owner <name>', 'owner of these files; set it if you apply several sets of files', 'apply')
      .option('--adopt', 'take over sources that belong to another owner or to none')
      .option('--skip-refused', 'apply the rest if some definitions are refused')
      .option('--resend-secrets', 'set secrets even if they are unchanged, e.g. after they were damaged')
      .option('--no-run', 'do not run new sources immediately')
      .action(act(async (context, flags) => (await import('../commands/apply.js')).apply(flags, context))),
    'inlet apply -f sources.yaml --dry-run',
    'inlet apply -f sources/ --prune --yes',
    'inlet export | inlet apply -f -',
  )
  examples(
    remoteToFile(program.command('export').description('print the registered sources as YAML for apply'))
      .argument('[slug...]', 'only these')
      .option('-o, --output <file>', 'write to a file')
      .option('--owner <name>', 'only sources of this owner')
      .action(act(async (context, flags, [slugs]) => (await import('../commands/export.js')).exportSources(slugs, flags, context))),
    'inlet export -o sources.yaml',
    'inlet export docs crm',
  )
  examples(
    remoteToFile(program.command('import').description('propose sources from the description of a system').command('openapi'))
      .description('propose a source of connector api from an OpenAPI 3 or Swagger 2 document; nothing is registered')
      .argument('<file|url>', 'the document, JSON or YAML; a URL is downloaded by a worker')
      .option('-o, --out <file>', 'write the YAML to a file')
      .option('--slug <slug>', 'slug of the source; derived from the title if omitted')
      .option('--path <glob>', 'only paths that match, e.g. "/v1/users/**"; may be repeated', repeated)
      .action(act(async (context, flags, [source]) => (await import('../commands/import-openapi.js')).importOpenApi(source, flags, context))),
    'inlet import openapi openapi.yaml --out crm.yaml',
    'inlet import openapi https://crm.example.com/openapi.json --path "/v2/**" --json',
  )
}
