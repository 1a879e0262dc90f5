import { messages } from '../messages.js'
import { shownName } from './shown-name.js'

interface ActorProps {
  readonly actor: string
  /** Of its API key; null for others. */
  readonly name: string | null
}

const TOKEN = /^token:/u

/** As people call who acted: by the name of the key, or the subject and client of a token. */
export const actorText = ({ actor, name }: ActorProps): string =>
  shownName(name ?? (actor === 'system' ? messages.audit.system : actor.replace(TOKEN, '')), { or: actor })

/** Who acted; the id, as the API names it, when pointed at. */
export const Actor = (props: ActorProps) => <bdi title={props.actor}>{actorText(props)}</bdi>
