import type { Block, ChatParams, ChatRequest, FileBlock, Message } from '../../domain/chat.ts'
import { asObject, type Json, type JsonObject, parseJson } from '../../lib/json.ts'
import { Leftovers, ownExtra, SEALED_THOUGHT } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
import { encodePlainTools } from '../plain-tools.ts'
import type { Encoded, WireTarget } from '../provider.ts'
import { formatIn } from '../response-format.ts'
import { encodeThink } from './think.ts'

/** Our nouns as a body of Ollama's. What it cannot say is named in `dropped`. */
export function encodeChat(chat: ChatRequest, target: WireTarget): Encoded {
  const leftovers = new Leftovers()
  const { params } = chat
  const extra = ownExtra(chat, 'ollama_chat', leftovers)
  const options = { ...asObject(extra['options']), ...encodeOptions(params) }
  const tools = encodeTools(chat, leftovers)
  leftovers.params(params, ['serviceTier', 'verbosity', 'user'])
  if ((params.n ?? 1) > 1) leftovers.add('`n`')
  const body = withoutUndefined({
    model: target.model,
    messages: chat.messages.flatMap((message) => encodeMessage(message, leftovers)),
    tools: tools.length > 0 ? tools : undefined,
    format: encodeFormat(params),
    think: encodeThink(params.reasoning, target.model, leftovers),
    options: Object.keys(options).length > 0 ? options : undefined,
    logprobs: params.logprobs,
    top_logprobs: params.topLogprobs,
    keep_alive: extra['keep_alive'] ?? keepAlive(target),
    // Without a word it streams.
    stream: target.stream,
  })
  return { body: { ...extra, ...body }, dropped: leftovers.words }
}

function keepAlive({ options }: WireTarget): Json | undefined {
  const { keep_alive: time } = options
  return typeof time === 'string' || typeof time === 'number' ? time : undefined
}

function encodeOptions(params: ChatParams): JsonObject {
  return withoutUndefined({
    num_predict: params.maxTokens,
    temperature: params.temperature,
    top_p: params.topP,
    top_k: params.topK,
    stop: params.stop ? [...params.stop] : undefined,
    seed: params.seed,
    presence_penalty: params.presencePenalty,
    frequency_penalty: params.frequencyPenalty,
  })
}

function encodeFormat(params: ChatParams): Json | undefined {
  const format = formatIn(params)
  if (format?.type === 'json_object') return 'json'
  return format?.type === 'json_schema' ? format.schema : undefined
}

/** Nobody can make it call a tool; that it calls none is easily had. */
function encodeTools(chat: ChatRequest, leftovers: Leftovers): Json[] {
  const { mode } = chat.params.toolChoice ?? {}
  if (mode === 'none') return []
  if (mode === 'required') leftovers.add('`tool_choice`, which may go unheeded')
  return encodePlainTools(chat, leftovers)
}

function encodeMessage({ role, content }: Message, leftovers: Leftovers): Json[] {
  const results = content.flatMap((block) => encodeResult(block, leftovers))
  const rest = content.filter((block) => block.type !== 'tool_result')
  if (rest.length === 0 && results.length > 0) return results
  const calls = rest.flatMap((block) => encodeCall(block, leftovers))
  const thoughts = rest.flatMap((block) => (block.type === 'thought' ? [block.text ?? ''] : []))
  const thinking = thoughts.join('')
  const images = rest.flatMap((block) => encodeImage(block, leftovers))
  for (const block of rest) nameUnsaid(block, role, leftovers)
  const message = withoutUndefined({
    role,
    content: textOf(rest),
    thinking: thinking === '' ? undefined : thinking,
    images: images.length > 0 ? images : undefined,
    tool_calls: calls.length > 0 ? calls : undefined,
  })
  return [...results, message]
}

function textOf(blocks: readonly Block[]): string {
  const texts = blocks.flatMap((block) =>
    block.type === 'text' || block.type === 'refusal' ? [block.text] : [],
  )
  return texts.join('\n')
}

function encodeResult(block: Block, leftovers: Leftovers): Json[] {
  if (block.type !== 'tool_result') return []
  if (block.cacheControl) leftovers.add('`cache_control`')
  const pieces = block.content ?? []
  const images = pieces.flatMap((piece) => encodeImage(piece, leftovers))
  for (const piece of pieces) nameUnsaid(piece, 'user', leftovers)
  return [
    withoutUndefined({
      role: 'tool',
      content: block.result === '' ? textOf(pieces) : block.result,
      tool_name: block.name === '' ? undefined : block.name,
      tool_call_id: block.id === '' ? undefined : block.id,
      images: images.length > 0 ? images : undefined,
    }),
  ]
}

function encodeCall(block: Block, leftovers: Leftovers): Json[] {
  if (block.type !== 'tool_call') return []
  const { id, name, arguments: text } = block
  const args = asObject(parseJson(text))
  if (!args && text.trim() !== '') {
    leftovers.add(`the arguments of a call of \`${name}\`, which are no JSON object`)
  }
  const fn = { name, arguments: args ?? {} }
  return [id === '' ? { function: fn } : { id, function: fn }]
}

function encodeImage(block: Block, leftovers: Leftovers): string[] {
  if (block.type !== 'file') return []
  const data = imageData(block)
  if (data !== undefined) return [data]
  leftovers.add(`${fileName(block)}: only images that come as data are taken`)
  return []
}

function imageData({ url, mimeType }: FileBlock): string | undefined {
  const comma = url.indexOf(',')
  const head = url.slice(0, comma)
  if (comma < 0 || !/^data:.*;base64$/i.test(head)) return undefined
  return /^data:image\//i.test(head) || mimeType?.startsWith('image/') === true
    ? url.slice(comma + 1)
    : undefined
}

function fileName({ filename, fileId, url }: FileBlock): string {
  const name = filename ?? fileId ?? (url.startsWith('data:') ? undefined : url)
  return name === undefined ? 'a file' : `the file \`${name}\``
}

function nameUnsaid(block: Block, role: Message['role'], leftovers: Leftovers): void {
  if ('cacheControl' in block && block.cacheControl) leftovers.add('`cache_control`')
  leftovers.foreign(block, 'ollama_chat')
  if (block.type === 'thought' && !block.text) leftovers.add(SEALED_THOUGHT)
  if (block.type === 'tool_call' && role !== 'assistant') leftovers.add('a tool call of the user')
}
