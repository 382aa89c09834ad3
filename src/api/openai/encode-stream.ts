import type { FinishReason, JsonObject, Part } from '../../domain/chat.ts'
import { mergeUsage, type Usage } from '../../domain/usage.ts'
import { compact } from '../compact.ts'
import { formatEvent } from '../../lib/sse.ts'
import { asArray, asObject, objectsIn } from '../../lib/json.ts'
import type { Envelope } from '../dialect.ts'
import { logprobsIn } from '../logprobs.ts'
import { withSignedThoughts } from '../signatures.ts'
import { annotationOf } from './annotations.ts'
import { detailsOfPart, signatureFields } from './details.ts'
import { encodeCall, encodeFinish, encodeUsage, speaksHere } from './encode.ts'
import { audioOf, imageOf, isSound } from './media.ts'

type At<T extends Part['type']> = Extract<Part, { type: T }>

/**
 * Parts → chunks in TensorZero's shape: each upstream event becomes at most one chunk a choice;
 * finish reason and usage come together, last.
 */
export class ChunkEncoder {
  readonly #envelope: Envelope
  readonly #wantsUsage: boolean
  readonly #choices = new Map<number, ChoiceState>()
  #usage: Usage | null = null
  readonly #extra: JsonObject = {}

  constructor(envelope: Envelope, wantsUsage: boolean) {
    this.#envelope = envelope
    this.#wantsUsage = wantsUsage
  }

  /** One upstream event. */
  encode(parts: readonly Part[]): string {
    const deltas = new Map<number, Delta>()
    for (const part of withSignedThoughts(parts, false)) {
      if (part.type === 'usage') this.#addUsage(part)
      else if (part.type === 'raw' && part.level === 'response') this.#addExtra(part.fields)
      else if (part.type !== 'error') this.#addTo(deltas, part)
    }
    return [...deltas]
      .map(([index, delta]) => this.#chunk(index, { delta: delta.message, ...delta.choice }, null))
      .join('')
  }

  /** The last chunks and the end marker. */
  end(): string {
    const usage = this.#wantsUsage ? encodeUsage(this.#usage, this.#envelope.cost) : null
    const indexes = this.#choices.size > 0 ? [...this.#choices.keys()] : [0]
    const chunks = indexes.map((index, place) => {
      const state = this.#stateOf(index)
      const delta = state.begun ? {} : { role: 'assistant' }
      const last = place === indexes.length - 1
      return this.#chunk(
        index,
        { delta, finish_reason: encodeFinish(state.finish) },
        last ? usage : null,
      )
    })
    return `${chunks.join('')}${formatEvent('[DONE]')}`
  }

  /** Kept for later chunks too: the last one repeats what the answer as a whole said. */
  #addExtra(fields: JsonObject): void {
    if (!speaksHere(this.#envelope)) return
    for (const [key, value] of Object.entries(fields)) {
      if (value !== null) this.#extra[key] = value
    }
  }

  #addUsage(part: At<'usage'>): void {
    this.#usage = this.#usage ? mergeUsage(this.#usage, part.usage) : part.usage
  }

  #addTo(deltas: Map<number, Delta>, part: Exclude<Part, At<'usage'> | At<'error'>>): void {
    const index = part.choice ?? 0
    const state = this.#stateOf(index)
    if (part.type === 'finish') {
      state.finish = part.reason
      return
    }
    let delta = deltas.get(index)
    if (!delta) {
      delta = { message: state.begun ? {} : { role: 'assistant' }, choice: {} }
      state.begun = true
      deltas.set(index, delta)
    }
    addPart(delta, part, state, this.#envelope)
  }

  #stateOf(index: number): ChoiceState {
    let state = this.#choices.get(index)
    if (!state) {
      state = {
        begun: false,
        finish: null,
        blocks: 0,
        lastBlock: '',
        calls: new Map(),
        thoughts: 0,
        names: {},
      }
      this.#choices.set(index, state)
    }
    return state
  }

  #chunk(index: number, choice: JsonObject, usage: ReturnType<typeof encodeUsage>): string {
    const { id, episodeId, model, created } = this.#envelope
    return formatEvent(
      JSON.stringify({
        system_fingerprint: '',
        service_tier: null,
        ...this.#extra,
        id,
        episode_id: episodeId,
        object: 'chat.completion.chunk',
        created,
        model,
        choices: [{ finish_reason: null, logprobs: null, ...choice, index }],
        usage,
      }),
    )
  }
}

interface ChoiceState {
  begun: boolean
  finish: FinishReason | null
  /** Content blocks begun so far, and the last one's kind: a thought's place among them. */
  blocks: number
  lastBlock: string
  /** Thoughts begun so far, and the names of the last. */
  thoughts: number
  names: { id?: string; format?: string }
  /** The calls begun so far, by index: whether each is of a custom tool. */
  readonly calls: Map<number, boolean>
}

interface Delta {
  readonly message: JsonObject
  readonly choice: JsonObject
}

type ContentPart = Exclude<Part, At<'usage'> | At<'error'> | At<'finish'>>

function addPart(
  { message, choice }: Delta,
  part: ContentPart,
  state: ChoiceState,
  envelope: Envelope,
): void {
  switch (part.type) {
    case 'text':
      beginBlock(state, 'text')
      message['content'] = textOf(message, 'content') + part.text
      break
    case 'refusal':
      beginBlock(state, 'refusal')
      message['refusal'] = textOf(message, 'refusal') + part.text
      break
    case 'reasoning':
      addReasoning(message, beginThought(state, part), {
        place: state.blocks - 1,
        index: state.thoughts - 1,
        envelope,
      })
      break
    case 'tool_call':
      beginCall(message, part, state)
      break
    case 'tool_arguments':
      if (!state.calls.has(part.index)) beginCall(message, { ...part, id: '', name: '' }, state)
      addCall(message, {
        index: part.index,
        id: null,
        name: '',
        text: part.text,
        custom: state.calls.get(part.index) === true,
      })
      break
    case 'citation':
      addTo(message, 'annotations', annotationOf(part.citation))
      break
    case 'file':
      // A provider that speaks this dialect has told it in its own words.
      if (isSound(part) && !speaksHere(envelope)) message['audio'] = audioOf(part, envelope.id)
      else if (!isSound(part)) addTo(message, 'images', imageOf(part))
      break
    case 'raw':
      addRaw({ message, choice }, part, envelope)
      break
    case 'unknown':
    case 'embedding':
    case 'event':
      break
  }
}

function addTo(message: JsonObject, field: string, value: JsonObject): void {
  message[field] = [...asArray(message[field]), value]
}

function beginBlock(state: ChoiceState, kind: string): void {
  if (state.lastBlock === kind) return
  state.lastBlock = kind
  state.blocks++
}

/** A thought's names may come with any of its pieces: all that follow have them too. */
function beginThought(state: ChoiceState, part: At<'reasoning'>): At<'reasoning'> {
  if (part.begins || state.lastBlock !== 'thought') {
    state.lastBlock = ''
    state.thoughts++
    state.names = {}
  }
  beginBlock(state, 'thought')
  const { id, format } = part
  state.names = { ...state.names, ...compact({ id, format }) }
  return { ...part, ...state.names }
}

/** Some providers name a call in each of its pieces; a client joins what it gets. */
function beginCall(
  message: JsonObject,
  {
    index,
    id,
    name,
    custom = false,
    signature,
  }: { index: number; id: string; name: string; custom?: boolean; signature?: string },
  state: ChoiceState,
): void {
  if (state.calls.has(index)) return
  state.calls.set(index, custom)
  beginBlock(state, `call ${index}`)
  addCall(message, { index, id, name, text: '', custom, ...compact({ signature }) })
}

/** Of what has no noun, only how likely the tokens were is worth telling from another format. */
function addRaw({ message, choice }: Delta, part: At<'raw'>, envelope: Envelope): void {
  if (speaksHere(envelope)) {
    addFields(part.level === 'choice' ? choice : message, part.fields)
    return
  }
  const content = logprobsIn([part])
  if (content.length === 0) return
  const before = objectsIn(asObject(choice['logprobs'])?.['content'])
  choice['logprobs'] = { content: [...before, ...content], refusal: null }
}

/** What we have words for wins over what we have not. */
function addFields(target: JsonObject, fields: JsonObject): void {
  for (const [field, value] of Object.entries(fields)) {
    if (!Object.hasOwn(target, field)) target[field] = value
  }
}

function textOf(message: JsonObject, field: string): string {
  const value = message[field]
  return typeof value === 'string' ? value : ''
}

function addReasoning(
  message: JsonObject,
  part: At<'reasoning'>,
  { place, index, envelope }: { place: number; index: number; envelope: Envelope },
): void {
  const text = part.paragraph ? `\n\n${part.text}` : part.text
  if (text !== '') {
    message['reasoning'] = textOf(message, 'reasoning') + text
    message['reasoning_content'] = message['reasoning']
  }
  // A provider that speaks this dialect has given its details where it has any.
  const details = speaksHere(envelope)
    ? (part.details ?? [])
    : detailsOfPart(part, Math.max(0, index))
  if (details.length > 0) {
    message['reasoning_details'] = [...asArray(message['reasoning_details']), ...details]
  }
  const thoughts = objectsIn(message['tensorzero_extra_content'])
  const before = thoughts.at(-1)?.['insert_index'] === place ? thoughts.pop() : undefined
  thoughts.push(encodeThought(part, before ?? {}, { place, envelope }))
  message['tensorzero_extra_content'] = thoughts
}

/** A piece of reasoning, with what the same event said of the same thought before it. */
function encodeThought(
  part: At<'reasoning'>,
  before: JsonObject,
  { place, envelope }: { place: number; envelope: Envelope },
): JsonObject {
  const text = textOf(before, 'text') + part.text
  const signature = part.signature ?? before['signature']
  const said = asArray(asObject(before['extra_data'])?.['reasoning_details'])
  const details = [...said, ...(part.details ?? [])]
  return {
    type: 'thought',
    id: String(place),
    insert_index: place,
    text: text === '' ? null : text,
    ...(signature !== undefined && { signature }),
    provider_type: envelope.providerType,
    ...(details.length > 0 && { extra_data: { reasoning_details: details } }),
  }
}

interface CallDelta {
  readonly index: number
  readonly id: string | null
  readonly name: string
  readonly text: string
  readonly custom: boolean
  readonly signature?: string
}

/** Several pieces of one call in one event are one delta. */
function addCall(message: JsonObject, call: CallDelta): void {
  const { index, id, name, text, custom, signature } = call
  const calls = objectsIn(message['tool_calls'])
  const last = calls.at(-1)
  if (last?.['index'] === index) {
    const body = asObject(last['function']) ?? asObject(last['custom']) ?? {}
    const field = custom ? 'input' : 'arguments'
    body[field] = textOf(body, field) + text
    return
  }
  message['tool_calls'] = [
    ...calls,
    { index, ...encodeCall({ id, name, text, custom }), ...signatureFields(signature) },
  ]
}
