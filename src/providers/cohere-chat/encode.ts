import type { Block, ChatParams, ChatRequest, Message, Reasoning } from '../../domain/chat.ts'
import { asArray, type Json, type JsonObject } from '../../lib/json.ts'
import { Leftovers, ownExtra } from '../leftovers.ts'
import { withoutUndefined } from '../openai-chat/fields.ts'
import { encodePlainTools } from '../plain-tools.ts'
import type { Encoded, WireTarget } from '../provider.ts'
import { thinkingSwitch } from '../thinking-switch.ts'
import { formatIn } from '../response-format.ts'
import { documentsIn, encodePieces } from './encode-pieces.ts'
import { TOOL_PLAN } from './parts.ts'

/** Our nouns as a body of Cohere's. What it cannot say is named in `dropped`. */
export function encodeChat(chat: ChatRequest, target: WireTarget): Encoded {
  const leftovers = new Leftovers()
  const { params } = chat
  const extra = ownExtra(chat, 'cohere_chat', leftovers)
  const tools = encodePlainTools(chat, leftovers)
  const documents = chat.messages.flatMap(({ content }) => documentsIn(content))
  leftovers.params(params, ['serviceTier', 'verbosity', 'user', 'topLogprobs'])
  if ((params.n ?? 1) > 1) leftovers.add('`n`')
  const body = withoutUndefined({
    model: target.model,
    messages: chat.messages.flatMap((message) => encodeMessage(message, leftovers)),
    documents: documents.length > 0 ? [...asArray(extra['documents']), ...documents] : undefined,
    tools: tools.length > 0 ? tools : undefined,
    strict_tools: chat.tools.some(({ strict }) => strict === true) ? true : undefined,
    tool_choice: encodeChoice(params),
    ...encodeParams(params),
    thinking: encodeThinking(params.reasoning, leftovers),
    stream: target.stream,
  })
  return { body: { ...extra, ...body }, dropped: leftovers.words }
}

function encodeParams(params: ChatParams): Record<string, Json | undefined> {
  const format = formatIn(params)
  return {
    max_tokens: params.maxTokens,
    temperature: params.temperature,
    p: params.topP,
    k: params.topK,
    stop_sequences: params.stop ? [...params.stop] : undefined,
    seed: params.seed,
    presence_penalty: params.presencePenalty,
    frequency_penalty: params.frequencyPenalty,
    logprobs: params.logprobs,
    response_format:
      format === undefined || format.type === 'text'
        ? undefined
        : format.type === 'json_object'
          ? { type: 'json_object' }
          : { type: 'json_object', json_schema: format.schema },
  }
}

function encodeChoice({ toolChoice: choice }: ChatParams): Json | undefined {
  if (choice?.mode === 'none') return 'NONE'
  return choice?.mode === 'required' ? 'REQUIRED' : undefined
}

function encodeThinking(
  reasoning: Reasoning | undefined,
  leftovers: Leftovers,
): JsonObject | undefined {
  if (!reasoning) return undefined
  const { effort, budgetTokens, summary } = reasoning
  if (summary !== undefined) leftovers.add('the summary of the reasoning')
  const on = thinkingSwitch(reasoning)
  if (on === undefined) return undefined
  if (!on) return { type: 'disabled' }
  if (budgetTokens !== undefined && budgetTokens > 0) {
    return { type: 'enabled', token_budget: budgetTokens }
  }
  if (effort !== undefined) {
    leftovers.add(`the reasoning effort \`${effort}\`: it only knows on, off and a budget`)
  }
  return { type: 'enabled' }
}

function encodeMessage(message: Message, leftovers: Leftovers): Json[] {
  const { role, content } = message
  const results = content.flatMap((block) => encodeResult(block, leftovers))
  const rest = content.filter((block) => block.type !== 'tool_result')
  if (rest.length === 0 && results.length > 0) return results
  const body =
    role === 'assistant'
      ? encodeAssistant(rest, leftovers)
      : { content: contentOf(encodePieces(rest, leftovers)) }
  return [...results, { role, ...body }]
}

function encodeResult(block: Block, leftovers: Leftovers): Json[] {
  if (block.type !== 'tool_result') return []
  if (block.cacheControl) leftovers.add('`cache_control`')
  const pieces: Json[] = encodePieces(block.content ?? [], leftovers)
  const documents = documentsIn(block.content ?? []).map((document): Json => ({
    type: 'document',
    document,
  }))
  const content = [...pieces, ...documents]
  const said = documents.length > 0 ? content : block.result || contentOf(content)
  return [{ role: 'tool', tool_call_id: block.id, content: said }]
}

function isPlan(block: Block): boolean {
  return block.type === 'thought' && block.format === TOOL_PLAN
}

function encodeAssistant(blocks: readonly Block[], leftovers: Leftovers): JsonObject {
  const plan = blocks
    .map((block) => (isPlan(block) && 'text' in block ? (block.text ?? '') : ''))
    .join('')
  const pieces = encodePieces(
    blocks.filter((block) => !isPlan(block)),
    leftovers,
  )
  const calls = blocks.flatMap((block): Json[] => {
    if (block.type !== 'tool_call') return []
    const { id, name, arguments: args } = block
    return [{ id, type: 'function', function: { name, arguments: args } }]
  })
  const citations = blocks.flatMap((block) =>
    block.type === 'text' ? (block.citations ?? []) : [],
  )
  const own = citations.filter(({ wire }) => wire === 'cohere_chat').map(({ raw }) => raw)
  return withoutUndefined({
    content: pieces.length > 0 || calls.length === 0 ? contentOf(pieces) : undefined,
    tool_plan: plan === '' ? undefined : plan,
    tool_calls: calls.length > 0 ? calls : undefined,
    citations: own.length > 0 ? own : undefined,
  })
}

function contentOf(pieces: readonly JsonObject[] | readonly Json[]): Json {
  return pieces.length > 0 ? [...pieces] : ''
}
