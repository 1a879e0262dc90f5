import type { Command } from 'commander'
import { DELIVERIES, NOTIFICATIONS } from '../resources/notification-resources.js'
import { AUDIT, CREDENTIALS, EVENTS, INCIDENTS, WORKERS } from '../resources/operation-resources.js'
import { HOOKS, VERSIONS } from '../resources/source-resources.js'
import { type Act, examples, remote, repeated, wholeNumber } from './options.js'
import { addList, addResource } from './resource-commands.js'

/** Adds commands for events, workers, incidents, audit, notifications and shared credentials. */
export const addOperationCommands = (program: Command, act: Act): void => {
  addResource(program, act, EVENTS)
  addResource(program, act, WORKERS)
  addResource(program, act, INCIDENTS)
  addResource(program, act, AUDIT)
  addNotificationActions(addResource(program, act, NOTIFICATIONS), act)
  addCredentialActions(addResource(program, act, CREDENTIALS), act)
  addVersionActions(addResource(program, act, VERSIONS), act)
  examples(
    remote(addResource(program, act, HOOKS).command('replay').description('read stored events again'))
      .argument('<source>', 'slug or id')
      .option('--id <event>', 'only this event; may be repeated', repeated)
      .option('--from <time>', 'received at this time or later')
      .option('--to <time>', 'received before this time')
      .action(act(async (context, flags, [ref]) => (await import('../commands/replay-hooks.js')).replayHooks(ref, flags, context))),
    'inlet hooks replay orders --from 2026-11-28T00:00:00Z',
  )
}

const TARGET = '9b2f0c1e-6c0c-4c64-9b0a-0c6b7f1f2a11'

const addNotificationActions = (notifications: Command, act: Act): void => {
  addList(notifications.command('deliveries'), act, DELIVERIES)
  examples(
    remote(notifications.command('create').description('add a target that is notified when sources break, go stale and recover'))
      .requiredOption('--name <name>', 'what to call it')
      .option('--kind <kind>', 'webhook, slack, teams, pagerduty or email', 'webhook')
      .option('--address <url>', 'where messages are sent; for email smtp://host:587')
      .option('--secret <from>', 'signing secret, routing key or password, from env:NAME or file:path')
      .option('--event <event>', 'error, stale, quarantine, content or recovery; may be repeated; default all', repeated)
      .option('--source <source>', 'only for this source; may be repeated', repeated)
      .option('--label <name=value>', 'only for sources with this label; may be repeated', repeated)
      .option('--mail-from <address>', 'sender, for email')
      .option('--mail-to <address>', 'recipient, for email; may be repeated', repeated)
      .option('--mail-user <name>', 'user name, for mail servers that require a login')
      .option('--group-minutes <n>', 'collect events for this many minutes into one message', wholeNumber)
      .action(act(async (context, flags) => (await import('../commands/notifications.js')).createTarget(flags, context))),
    'inlet notifications create --name on-call --kind slack --address https://hooks.slack.com/services/…',
    'inlet notifications create --name crm --address https://hooks.example.com/inlet --label team=crm --event error --event recovery',
  )
  const one = (name: string, text: string): Command => remote(notifications.command(name).description(text)).argument('<target>', 'id of a target')
  examples(
    one('test', 'send a test message to a target').action(
      act(async (context, flags, [id]) => (await import('../commands/notifications.js')).testTarget(id, flags, context)),
    ),
    `inlet notifications test ${TARGET}`,
  )
  for (const [name, active, text] of [
    ['enable', true, 'notify a target again'],
    ['disable', false, 'stop notifying a target until it is enabled'],
  ] as const)
    examples(
      one(name, text).action(
        act(async (context, flags, [id]) => (await import('../commands/notifications.js')).switchTarget(id, active, flags, context)),
      ),
      `inlet notifications ${name} ${TARGET}`,
    )
  examples(
    one('delete', 'delete a target and its messages').action(
      act(async (context, flags, [id]) => (await import('../commands/notifications.js')).deleteTarget(id, flags, context)),
    ),
    `inlet notifications delete ${TARGET}`,
  )
}

const addCredentialActions = (credentials: Command, act: Act): void => {
  const withSecrets = (command: Command): Command =>
    command
      .option('--secret <name=from>', 'a secret, from env:NAME or file:path; may be repeated', repeated)
      .option('--target <url>', 'where the secrets may be sent; may be repeated', repeated)
  examples(
    withSecrets(remote(credentials.command('create').description('store secrets that several sources share')))
      .requiredOption('--name <name>', 'lower-case letters, digits and dashes')
      .requiredOption('--connector <type>', 'which kind of system they are for')
      .action(act(async (context, flags) => (await import('../commands/credentials.js')).createCredential(flags, context))),
    'inlet credentials create --name crm --connector api --secret token=env:CRM_TOKEN --target https://api.crm.example',
  )
  examples(
    withSecrets(remote(credentials.command('update').description('rename a credential, replace its secrets, or change where they may be sent')))
      .argument('<credential>', 'name or id')
      .option('--name <name>', 'a new name')
      .action(act(async (context, flags, [ref]) => (await import('../commands/credentials.js')).updateCredential(ref, flags, context))),
    'inlet credentials update crm --secret token=file:/run/secrets/crm',
  )
  examples(
    remote(credentials.command('delete').description('delete a credential that no source uses'))
      .argument('<credential>', 'name or id')
      .action(act(async (context, flags, [ref]) => (await import('../commands/credentials.js')).deleteCredential(ref, flags, context))),
    'inlet credentials delete crm',
  )
}

const addVersionActions = (versions: Command, act: Act): void => {
  const of = (name: string, text: string): Command => remote(versions.command(name).description(text)).argument('<source>', 'slug or id')
  examples(
    of('diff', 'show the fields in which two versions differ')
      .option('--from <version>', 'a number, live or draft', 'live')
      .option('--to <version>', 'a number, live or draft', 'draft')
      .action(act(async (context, flags, [ref]) => (await import('../commands/versions.js')).diffVersions(ref, flags, context))),
    'inlet versions diff docs --from 2 --to live',
  )
  examples(
    of('publish', 'make the draft the live version')
      .option('--force', 'despite the findings of its review')
      .action(act(async (context, flags, [ref]) => (await import('../commands/versions.js')).publishDraft(ref, flags, context))),
    'inlet versions publish docs',
  )
  examples(
    of('rollback', 'publish the content of an earlier version again')
      .argument('<version>', 'its number', wholeNumber)
      .action(act(async (context, flags, [ref, version]) => (await import('../commands/versions.js')).rollBack(ref, version, flags, context))),
    'inlet versions rollback docs 2',
  )
}
