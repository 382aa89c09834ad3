import { isDeepStrictEqual } from 'node:util'
import type { InferenceRecord } from '../../../src/domain/record.ts'
import { totalInput, totalOutput } from '../../../src/domain/usage.ts'
import { asObject } from '../../../src/lib/json.ts'
import type { TestGateway } from '../../support/gateway.ts'
import type { Upstream } from '../../support/upstream.ts'
import { errorDiffers, recordAt, requestDiffers } from '../check.ts'
import { eventsOf, type Recording } from '../recording.ts'
import { askOperation, sdkError } from './clients.ts'
import { readSaid, type Said } from './facts.ts'
import type { ClientName, OperationRoute } from './routes.ts'

export interface OperationPlay {
  readonly gateway: TestGateway
  readonly upstream: Upstream
  readonly recording: Recording
  readonly route: OperationRoute
  readonly client: ClientName
  readonly model: string
}

/** Plays one exchange through one client. Null when everything arrived, else what did not. */
export async function checkOperation(play: OperationPlay): Promise<string | null> {
  const { gateway, recording, route, client, model } = play
  const said = readSaid(
    eventsOf(recording).map(({ body }) => body),
    recording,
  )
  const own = route.own === client
  const number = gateway.records.length
  let heard: Said
  try {
    const question = { url: gateway.url, model, recording, verbatim: own }
    heard = readSaid(await askOperation(client, question), recording)
  } catch (thrown) {
    heard = { ...NOTHING, error: sdkError(thrown) }
  }
  const record = await recordAt(gateway, number)
  if (!record) return `nothing was recorded: ${heard.error?.message}`
  if (recording.status !== 200) {
    return errorDiffers(recording, said.error?.message ?? '', heard.error)
  }
  if (heard.error) return `an error: ${heard.error.message.slice(0, 200)}`
  return (
    differs(said, heard, play) ??
    recordDiffers(said, record) ??
    (own ? requestDiffers(play.upstream, recording, OPTIONAL) : null)
  )
}

/** What SDKs add, and what the address says. */
const OPTIONAL = ['encoding_format', 'user']

const NOTHING: Said = {
  text: '',
  finish: '',
  vectors: [],
  input: null,
  output: null,
  results: [],
  error: null,
}

function differs(said: Said, heard: Said, { client, recording }: OperationPlay): string | null {
  const { api, stream, request } = recording
  const asked = asObject(request['stream_options'])?.['include_usage'] === true
  // Google's clients are told of no tokens of embeddings, others of none they did not ask for.
  const told = stream ? asked : client !== 'gemini' || api === 'count_tokens'
  const checks: readonly (readonly [string, boolean])[] = [
    ['text', said.text === heard.text],
    ['finish', said.finish === heard.finish],
    ['vectors', isDeepStrictEqual(said.vectors, heard.vectors)],
    ['results', isDeepStrictEqual(said.results, heard.results)],
    ['input', !told || said.input === null || said.input === heard.input],
    ['output', !told || said.output === null || said.output === heard.output],
  ]
  return checks.find(([, same]) => !same)?.[0] ?? null
}

function recordDiffers(said: Said, { outcome, output, usage }: InferenceRecord): string | null {
  if (outcome !== 'ok') return `the record says ${outcome}`
  const texts = output.flatMap((block) => (block.type === 'text' ? [block.text] : []))
  // Further answers stand beside the first.
  if (!said.text.startsWith(texts.join(''))) return 'text in the record'
  if (said.text !== '' && texts.join('') === '') return 'no text in the record'
  const read = usage && totalInput(usage)
  if (said.input !== null && said.input !== read) return 'input in the record'
  const written = usage && totalOutput(usage)
  return said.output === null || said.output === written ? null : 'output in the record'
}
