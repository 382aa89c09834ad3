import type { FinishReason, JsonObject, Part } from '../../domain/chat.ts'
import type { Own } from '../../domain/own-fields.ts'
import { asArray, asObject, objectsIn } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import type { Envelope } from '../dialect.ts'
import { logprobsIn } from '../logprobs.ts'
import { fieldsOf } from '../server-work/carried.ts'
import { placeFields } from '../tensorzero/encode.ts'
import { annotationOf } from './annotations.ts'
import { detailsOfPart, signatureFields } from './details.ts'
import { encodeCall, speaksHere } from './encode.ts'
import { audioOf, imageOf, isSound } from './media.ts'

export type At<T extends Part['type']> = Extract<Part, { type: T }>

/** What one choice of a stream has said so far. */
export interface ChoiceState {
  begun: boolean
  finish: FinishReason | null
  /** How long the content is so far, and where in it the last text began. */
  said: number
  textBegan: number
  /** Content blocks begun so far, and the last one's kind: a thought's place among them. */
  blocks: number
  lastBlock: string
  /** Thoughts begun so far, and the names of the last. */
  thoughts: number
  names: { id?: string; format?: string }
  /** The calls begun so far, by index: which one each is, and whether it is of a custom tool. */
  readonly calls: Map<number, { readonly number: number; readonly custom: boolean }>
}

/** What one upstream event says of a choice. */
export interface Delta {
  readonly message: JsonObject
  readonly choice: JsonObject
}

export function newState(): ChoiceState {
  return {
    begun: false,
    finish: null,
    said: 0,
    textBegan: 0,
    blocks: 0,
    lastBlock: '',
    calls: new Map(),
    thoughts: 0,
    names: {},
  }
}

export function noDelta(): Delta {
  return { message: {}, choice: {} }
}

type ContentPart = Exclude<Part, At<'usage'> | At<'error'> | At<'finish'>>

/** Adds a part to its choice's delta. */
export function addPart(
  { message, choice }: Delta,
  part: ContentPart,
  state: ChoiceState,
  envelope: Envelope,
): void {
  switch (part.type) {
    case 'text':
      beginText(state, part)
      message['content'] = textOf(message, 'content') + part.text
      Object.assign(message, fieldsOf(part, 'openai_chat'))
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
      beginCall(message, asSeen(part, envelope), state)
      break
    case 'tool_arguments':
      addArguments(message, part, state, envelope)
      break
    case 'citation':
      addTo(message, 'annotations', annotationOf(part.citation, state.textBegan))
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
      beginBlock(state, `unknown ${state.blocks}`)
      addTo(message, 'tensorzero_extra_content', {
        type: 'unknown',
        id: String(state.blocks - 1),
        insert_index: state.blocks - 1,
        data: part.data,
        ...placeFields(envelope.place),
      })
      break
    case 'embedding':
    case 'event':
      break
  }
}

/** TensorZero tells calls of custom tools as calls of functions. */
function asSeen({ custom, ...part }: At<'tool_call'>, { task }: Envelope): At<'tool_call'> {
  return custom && !task ? { ...part, custom } : part
}

function addTo(message: JsonObject, field: string, value: JsonObject): void {
  message[field] = [...asArray(message[field]), value]
}

function beginBlock(state: ChoiceState, kind: string): void {
  if (state.lastBlock === kind) return
  state.lastBlock = kind
  state.blocks++
}

function beginText(state: ChoiceState, { text, begins }: At<'text'>): void {
  if (begins || state.lastBlock !== 'text') state.textBegan = state.said
  state.said += text.length
  beginBlock(state, 'text')
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
  call: Own & { index: number; id: string; name: string; custom?: boolean; signature?: string },
  state: ChoiceState,
): void {
  const { index, id, name, custom = false, signature } = call
  if (state.calls.has(index)) return
  // Clients keep calls in a list: its places are one after the other.
  const number = state.calls.size
  state.calls.set(index, { number, custom })
  beginBlock(state, `call ${index}`)
  const own = fieldsOf(call, 'openai_chat')
  addCall(message, { index: number, id, name, text: '', custom, own, ...compact({ signature }) })
}

function addArguments(
  message: JsonObject,
  part: At<'tool_arguments'>,
  state: ChoiceState,
  { task }: Envelope,
): void {
  beginCall(message, { ...part, id: '', name: '' }, state)
  const call = state.calls.get(part.index)
  const custom = call?.custom === true && !task
  addCall(message, { index: call?.number ?? 0, id: null, name: '', text: part.text, custom })
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

/** What we have words for wins over what we have not; of a list, what we have not follows. */
function addFields(target: JsonObject, fields: JsonObject): void {
  for (const [field, value] of Object.entries(fields)) {
    const known = target[field]
    if (known === undefined) target[field] = value
    else if (Array.isArray(known)) target[field] = [...known, ...asArray(value)]
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
  readonly own?: JsonObject
}

/** Several pieces of one call in one event are one delta. */
function addCall(message: JsonObject, call: CallDelta): void {
  const { index, id, name, text, custom, signature, own } = call
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
    { index, ...encodeCall({ id, name, text, custom }), ...signatureFields(signature), ...own },
  ]
}
