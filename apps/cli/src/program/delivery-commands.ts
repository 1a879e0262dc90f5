import type { Command } from 'commander'
import { GENERATIONS, SINKS } from '../resources/delivery-resources.js'
import { type Act, examples, remote, repeated, wholeNumber } from './options.js'
import { addResource } from './resource-commands.js'

const SINK = '5d3c1a60-1f0e-4c55-8f4a-2f6f6d0f7f21'
const GENERATION = '0c9a7a52-6a5e-4f0e-9a55-3c2a5a1b9d10'

/** Adds commands for sinks, and for the embedding models of search. */
export const addDeliveryCommands = (program: Command, act: Act): void => {
  addSinkActions(addResource(program, act, SINKS), act)
  addGenerationActions(addResource(program, act, GENERATIONS), act)
}

const addSinkActions = (sinks: Command, act: Act): void => {
  examples(
    remote(sinks.command('create').description('deliver signed changes to an address; needs a key with the scope admin'))
      .requiredOption('--name <name>', 'what to call it')
      .requiredOption('--address <url>', 'where changes are posted to')
      .option('--secret <from>', 'whsec_…, from env:NAME or file:path; generated if omitted')
      .option('--from <where>', 'beginning (default): everything stored comes first; now: only changes from now on')
      .option('--source <source>', 'only of this source; may be repeated', repeated)
      .option('--stream <stream>', 'only of streams with this name')
      .option('--record-kind <kind>', 'only records of this kind')
      .option('--batch-size <n>', 'maximum number of changes per message', wholeNumber)
      .action(act(async (context, flags) => (await import('../commands/sinks.js')).createSink(flags, context))),
    'inlet sinks create --name warehouse --address https://example.com/inlet --source docs',
  )
  const one = (name: string, text: string): Command => remote(sinks.command(name).description(text)).argument('<sink>', 'id of a sink')
  for (const [name, active, text] of [
    ['pause', false, 'deliver nothing to it until it is resumed'],
    ['resume', true, 'deliver again, from where it was; also after the receiver said that it is gone'],
  ] as const)
    examples(
      one(name, text).action(act(async (context, flags, [id]) => (await import('../commands/sinks.js')).switchSink(id, active, flags, context))),
      `inlet sinks ${name} ${SINK}`,
    )
  examples(
    one('update', 'change its name, address, secret or batch size; what is not named stays')
      .option('--name <name>', 'what to call it')
      .option('--address <url>', 'where changes are posted to')
      .option('--secret <from>', 'whsec_…, from env:NAME or file:path; for 24 hours messages are signed with both')
      .option('--batch-size <n>', 'maximum number of changes per message', wholeNumber)
      .action(act(async (context, flags, [id]) => (await import('../commands/sinks.js')).updateSink(id, flags, context))),
    `inlet sinks update ${SINK} --address https://example.com/inlet`,
  )
  examples(
    one('test', 'send a signed message without changes to it, and show what the receiver answers').action(
      act(async (context, flags, [id]) => (await import('../commands/sinks.js')).testSink(id, flags, context)),
    ),
    `inlet sinks test ${SINK}`,
  )
  examples(
    one('delete', 'stop delivering to it, and delete it').action(
      act(async (context, flags, [id]) => (await import('../commands/sinks.js')).deleteSink(id, flags, context)),
    ),
    `inlet sinks delete ${SINK}`,
  )
}

const addGenerationActions = (generations: Command, act: Act): void => {
  examples(
    remote(generations.command('create').description('start computing vectors of all records with a model; needs a key with the scope admin'))
      .requiredOption('--address <url>', 'an endpoint like POST /v1/embeddings of OpenAI; all texts are sent there')
      .requiredOption('--model <model>', 'its name there')
      .option('--secret <from>', 'API key of the endpoint, from env:NAME or file:path')
      .option('--dimensions <n>', 'for models with a choice of dimensions', wholeNumber)
      .option('--question-prefix <text>', 'put before questions, e.g. "query: "')
      .option('--text-prefix <text>', 'put before texts, e.g. "passage: "')
      .option('--weight <share>', 'how much weight the model gets, 0 to 1')
      .option('--tokens-per-day <n>', 'limit for embedding records')
      .action(act(async (context, flags) => (await import('../commands/generations.js')).createGeneration(flags, context))),
    'inlet generations create --address https://api.example.com/v1/embeddings --model text-embedding-3-small --secret env:EMBEDDINGS_KEY',
  )
  const one = (name: string, text: string): Command =>
    remote(generations.command(name).description(text)).argument('<generation>', 'id of a generation')
  examples(
    one('evaluate', 'compare judged questions answered by words alone and with its vectors')
      .option('-f, --file <path>', 'judgments as YAML; see `inlet search eval`')
      .option('--beir <dir>', 'a folder with queries.jsonl and qrels/test.tsv, or queries.json and qrels.json')
      .option('--source <source>', 'slug or id; may be repeated', repeated)
      .action(act(async (context, flags, [id]) => (await import('../commands/generations.js')).evaluateGeneration(id, flags, context))),
    `inlet generations evaluate ${GENERATION} -f judgments.yaml`,
  )
  examples(
    one('activate', 'use it in searches')
      .option('--force', 'even while some records have no vectors')
      .action(act(async (context, flags, [id]) => (await import('../commands/generations.js')).activateGeneration(id, flags, context))),
    `inlet generations activate ${GENERATION}`,
  )
  examples(
    remote(generations.command('rollback').description('go back to the generation that searches used before, or to words alone')).action(
      act(async (context, flags) => (await import('../commands/generations.js')).rollBackGeneration(flags, context)),
    ),
    'inlet generations rollback',
  )
  examples(
    one('delete', 'delete it and its vectors').action(
      act(async (context, flags, [id]) => (await import('../commands/generations.js')).deleteGeneration(id, flags, context)),
    ),
    `inlet generations delete ${GENERATION}`,
  )
}
