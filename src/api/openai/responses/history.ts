import { GatewayError } from '../../../domain/errors.ts'
import { type JsonObject, objectsIn } from '../../../lib/json.ts'
import type { App } from '../../app.ts'
import { readName } from '../../read-body.ts'
import { inputOf } from './input.ts'
import { looksOwn } from './items.ts'
import { readStored, type StoredResponse } from './stored.ts'

/** A conversation is told to a provider whole: this many turns, and no more bytes than a request. */
const MOST_TURNS = 500

/** What went before a request, by its `previous_response_id`. */
export interface History {
  /** The name is ours: no provider knows what stands behind it. */
  readonly own: boolean
  /** Of the turn before; null where that is not known. */
  readonly episodeId: string | null
  /** The request with what went before in its `input`. Throws when that is not known. */
  expand(json: JsonObject): JsonObject
}

export const NO_HISTORY: History = {
  own: false,
  episodeId: null,
  expand: (json) => json,
}

/** What stands behind a name. Not looked up where the provider that gave it is asked again. */
export async function historyBehind(app: App, id: string, model: string): Promise<History> {
  const unknown = responseNotFound(app, id)
  if (!looksOwn(id) && everyProviderKnows(app, model)) return nothingBehind(unknown)
  const stored = await findResponse(app, id)
  if (!stored && looksOwn(id)) throw unknown
  if (!stored) return nothingBehind(unknown)
  const before = [...(await itemsBefore(app, stored)), ...itemsOfTurn(stored)]
  return {
    own: stored.own,
    episodeId: stored.episodeId,
    expand: ({ previous_response_id: _previous, ...json }) => ({
      ...json,
      input: [...before, ...inputOf(json['input'])],
    }),
  }
}

/** Null when there is none, or its texts are gone. */
export async function findResponse(app: App, id: string): Promise<StoredResponse | null> {
  const stored = await app.responses?.find(id)
  return stored ? readStored(stored) : null
}

/** What the turns before a response said, oldest first. */
export async function itemsBefore(app: App, last: StoredResponse): Promise<JsonObject[]> {
  const turns: JsonObject[][] = []
  const mostBytes = app.engine.config().gateway.maxRequestBytes
  let { previousId, bytes } = last
  while (previousId) {
    const turn = await findResponse(app, previousId)
    if (!turn) throw responseNotFound(app, previousId)
    turns.push(itemsOfTurn(turn))
    bytes += turn.bytes
    if (turns.length >= MOST_TURNS || bytes > mostBytes) throw tooLong(mostBytes)
    previousId = turn.previousId
  }
  return turns.toReversed().flat()
}

function itemsOfTurn({ input, response }: StoredResponse): JsonObject[] {
  return [...input, ...objectsIn(response['output'])]
}

/** Where no other than a provider of this API may be asked, it judges the name itself. */
function everyProviderKnows({ engine }: App, model: string): boolean {
  const targets = engine.config().model(readName(model).model)?.targets
  return targets?.every(({ wires }) => wires.chat?.name === 'openai_responses') ?? false
}

function nothingBehind(error: GatewayError): History {
  return {
    own: false,
    episodeId: null,
    expand: () => {
      throw error
    },
  }
}

function responseNotFound({ responses }: App, id: string): GatewayError {
  const why = responses
    ? ''
    : ' This gateway keeps none, as `gateway.observability.enabled` is false: send the conversation in `input`.'
  return new GatewayError(
    'previous_response_not_found',
    `Previous response with id '${id}' not found.${why}`,
    { param: 'previous_response_id' },
  )
}

function tooLong(mostBytes: number): GatewayError {
  return new GatewayError(
    'invalid_request',
    `The conversation behind \`previous_response_id\` has more than ${MOST_TURNS} turns or ${mostBytes} bytes: send what matters of it in \`input\`.`,
    { param: 'previous_response_id' },
  )
}
