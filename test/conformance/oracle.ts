import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../../src/lib/json.ts'
import { type Facts, noFacts } from './facts.ts'

type Event = { readonly name: string; readonly body: JsonObject }
type Reader = (events: readonly Event[]) => Facts

/** What answers in each format say, read by nobody's code but this, from the vendors' documents. */
export const ORACLES: Readonly<Record<string, Reader>> = {
  chat: readChat,
  responses: readResponses,
  messages: readMessages,
  invoke: readMessages,
  gemini: readGemini,
  converse: readConverse,
  ollama_chat: readOllama,
  cohere_chat: readCohere,
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')
const CHAT_FINISH: Readonly<Record<string, string>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  length: 'length',
  max_tokens: 'length',
  tool_calls: 'tool',
  function_call: 'tool',
  content_filter: 'filter',
}

function errorOf(body: JsonObject): Facts['error'] {
  const error = asObject(body['error'])
  const said = error ?? body
  const inner = asString(said['message']) ?? asString(said['Message']) ?? asString(body['error'])
  return { status: null, message: inner ?? '' }
}

function readChat(events: readonly Event[]): Facts {
  const facts = noFacts()
  const calls = new Map<string, { id: string; name: string; text: string }>()
  for (const { body } of events) {
    if (body['error']) facts.error = errorOf(body)
    readChatUsage(facts, asObject(body['usage']) ?? asObject(asObject(body['x_groq'])?.['usage']))
    for (const choice of objectsIn(body['choices'])) {
      if ((asNumber(choice['index']) ?? 0) !== 0) continue
      if (choice['error']) facts.error = errorOf(choice)
      const message = asObject(choice['message']) ?? asObject(choice['delta']) ?? {}
      readChatMessage(facts, message, calls)
      facts.finish = CHAT_FINISH[text(choice['finish_reason'])] ?? facts.finish
    }
  }
  // Snowflake lists an empty call beside the real ones.
  facts.calls = [...calls.values()].filter(({ id, name, text: said }) => id + name + said !== '')
  return facts
}

function readChatMessage(
  facts: Facts,
  message: JsonObject,
  calls: Map<string, { id: string; name: string; text: string }>,
): void {
  facts.text += text(message['content'])
  for (const piece of objectsIn(message['content'])) {
    if (piece['type'] === 'text') facts.text += text(piece['text'])
    if (piece['type'] !== 'thinking') continue
    facts.reasoning += text(piece['thinking'])
    for (const inner of objectsIn(piece['thinking'])) facts.reasoning += text(inner['text'])
  }
  facts.refusal += text(message['refusal'])
  const details = objectsIn(message['reasoning_details'])
  const said = text(message['reasoning_content']) || text(message['reasoning'])
  facts.reasoning +=
    said || details.map((each) => text(each['text']) || text(each['summary'])).join('')
  for (const detail of details) addSecrets(facts, [detail['signature'], detail['data']])
  for (const annotation of objectsIn(message['annotations'])) {
    const url = asString(asObject(annotation['url_citation'])?.['url'])
    if (url !== undefined) facts.urls.push(url)
  }
  for (const call of objectsIn(message['tool_calls'])) readChatCall(facts, call, calls)
  const legacy = asObject(message['function_call'])
  if (legacy) readChatCall(facts, { index: 0, function: legacy }, calls)
}

function readChatCall(
  facts: Facts,
  call: JsonObject,
  calls: Map<string, { id: string; name: string; text: string }>,
): void {
  const google = asObject(asObject(call['extra_content'])?.['google'])
  addSecrets(facts, [google?.['thought_signature']])
  const fn = asObject(call['function']) ?? asObject(call['custom']) ?? {}
  const id = text(call['id'])
  const index = asNumber(call['index'])
  let key = index === undefined ? id || `last` : String(index)
  const known = calls.get(key)
  if (known && id !== '' && known.id !== id && text(fn['name']) !== '') key = `${key} ${id}`
  const found = calls.get(key) ?? { id, name: text(fn['name']), text: '' }
  const args = fn['arguments'] ?? fn['input']
  found.text += typeof args === 'object' && args !== null ? JSON.stringify(args) : text(args)
  calls.set(key, found)
}

function addSecrets(facts: Facts, values: readonly unknown[]): void {
  for (const value of values)
    if (typeof value === 'string' && value !== '') facts.secrets.push(value)
}

function readChatUsage(facts: Facts, usage: JsonObject | undefined): void {
  if (!usage) return
  const input = asNumber(usage['prompt_tokens'])
  const output = asNumber(usage['completion_tokens'])
  const total = asNumber(usage['total_tokens'])
  if (input !== undefined) facts.input = input
  if (output !== undefined) {
    const reasoning = asNumber(asObject(usage['completion_tokens_details'])?.['reasoning_tokens'])
    // xAI counts reasoning beside the answer.
    const beside = (input ?? 0) + output + (reasoning ?? 0) === total
    facts.output = beside ? output + (reasoning ?? 0) : output
  }
  const details = asObject(usage['prompt_tokens_details'])
  const cached = asNumber(details?.['cached_tokens']) ?? asNumber(usage['prompt_cache_hit_tokens'])
  // Azure has said more were cached than came in: that cannot be.
  if (cached !== undefined) facts.cached = Math.min(cached, facts.input ?? cached)
}

/** The last event that holds the response tells all, unless it came without its items. */
function readResponses(events: readonly Event[]): Facts {
  const facts = noFacts()
  const items = new Map<number, JsonObject>()
  let response: JsonObject = {}
  for (const { body } of events) {
    if (body['type'] === 'response.output_item.done') {
      items.set(asNumber(body['output_index']) ?? items.size, asObject(body['item']) ?? {})
    }
    if (body['type'] === 'error') facts.error = errorOf(body)
    response = asObject(body['response']) ?? (body['object'] === 'response' ? body : response)
    if (body['error'] && body['object'] !== 'response') facts.error = errorOf(body)
  }
  if (response['error']) facts.error = errorOf(response)
  const listed = objectsIn(response['output'])
  for (const item of items.size > 0 ? items.values() : listed) readItem(facts, item)
  const usage = asObject(response['usage'])
  facts.input = asNumber(usage?.['input_tokens']) ?? null
  facts.output = asNumber(usage?.['output_tokens']) ?? null
  facts.cached = asNumber(asObject(usage?.['input_tokens_details'])?.['cached_tokens']) ?? null
  const why = text(asObject(response['incomplete_details'])?.['reason'])
  if (response['status'] === 'incomplete') {
    facts.finish = why === 'content_filter' ? 'filter' : why === 'max_output_tokens' ? 'length' : ''
  } else if (response['status'] === 'completed')
    facts.finish = facts.calls.length > 0 ? 'tool' : 'stop'
  return facts
}

function readItem(facts: Facts, item: JsonObject): void {
  for (const piece of item['type'] === 'message' ? objectsIn(item['content']) : []) {
    facts.text += text(piece['text'])
    facts.refusal += text(piece['refusal'])
    for (const annotation of objectsIn(piece['annotations'])) {
      if (asString(annotation['url'])) facts.urls.push(text(annotation['url']))
    }
  }
  if (item['type'] === 'reasoning') {
    for (const piece of [...objectsIn(item['summary']), ...objectsIn(item['content'])]) {
      facts.reasoning += text(piece['text'])
    }
    addSecrets(facts, [item['encrypted_content'], item['signature']])
  }
  if (item['type'] === 'function_call' || item['type'] === 'custom_tool_call') {
    addSecrets(facts, [item['thought_signature']])
    const args = text(item['arguments']) || text(item['input'])
    facts.calls.push({ id: text(item['call_id']), name: text(item['name']), text: args })
  }
}

const MESSAGES_FINISH: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool',
  refusal: 'filter',
}

function readMessages(events: readonly Event[]): Facts {
  const facts = noFacts()
  const calls = new Map<number, { id: string; name: string; text: string; input: unknown }>()
  for (const { body } of events) {
    if (body['type'] === 'error' || body['error']) facts.error = errorOf(body)
    const message = asObject(body['message']) ?? body
    readMessagesUsage(facts, asObject(message['usage']))
    const stop = text(asObject(body['delta'])?.['stop_reason']) || text(message['stop_reason'])
    facts.finish = MESSAGES_FINISH[stop] ?? facts.finish
    const blocks = objectsIn(message['content']).map((block, index) => ({ block, index }))
    const started = asObject(body['content_block'])
    const at = asNumber(body['index']) ?? 0
    for (const { block, index } of started ? [{ block: started, index: at }] : blocks) {
      readMessagesBlock(facts, block)
      if (block['type'] !== 'tool_use') continue
      const named = { id: text(block['id']), name: text(block['name']) }
      calls.set(index, { ...named, text: '', input: block['input'] })
    }
    const delta = asObject(body['delta'])
    if (delta) readMessagesDelta(facts, delta, calls.get(at))
  }
  facts.calls = [...calls.values()].map(({ id, name, text: json, input }) => ({
    id,
    name,
    text: json || JSON.stringify(input ?? {}),
  }))
  return facts
}

function readMessagesBlock(facts: Facts, block: JsonObject): void {
  if (block['type'] === 'text') facts.text += text(block['text'])
  if (block['type'] === 'thinking') facts.reasoning += text(block['thinking'])
  if (block['type'] === 'thinking' || block['type'] === 'redacted_thinking') {
    addSecrets(facts, [block['signature'], block['data']])
  }
  for (const citation of objectsIn(block['citations'])) {
    if (block['type'] === 'text' && asString(citation['url']))
      facts.urls.push(text(citation['url']))
  }
}

function readMessagesDelta(
  facts: Facts,
  delta: JsonObject,
  call: { text: string } | undefined,
): void {
  if (delta['type'] === 'text_delta') facts.text += text(delta['text'])
  if (delta['type'] === 'thinking_delta') facts.reasoning += text(delta['thinking'])
  if (delta['type'] === 'signature_delta') addSecrets(facts, [delta['signature']])
  if (delta['type'] === 'input_json_delta' && call) call.text += text(delta['partial_json'])
  const url = asString(asObject(delta['citation'])?.['url'])
  if (url !== undefined) facts.urls.push(url)
}

function readMessagesUsage(facts: Facts, usage: JsonObject | undefined): void {
  if (!usage) return
  const count = (key: string) => asNumber(usage[key]) ?? 0
  const input =
    count('input_tokens') + count('cache_read_input_tokens') + count('cache_creation_input_tokens')
  if (asNumber(usage['input_tokens']) !== undefined) facts.input = Math.max(facts.input ?? 0, input)
  if (asNumber(usage['output_tokens']) !== undefined) {
    facts.output = Math.max(facts.output ?? 0, count('output_tokens'))
  }
  facts.cached = Math.max(facts.cached ?? 0, count('cache_read_input_tokens'))
}

const GEMINI_FINISH: Readonly<Record<string, string>> = {
  STOP: 'stop',
  '1': 'stop',
  MAX_TOKENS: 'length',
  '2': 'length',
  SAFETY: 'filter',
  PROHIBITED_CONTENT: 'filter',
  RECITATION: 'filter',
}

function readGemini(events: readonly Event[]): Facts {
  const facts = noFacts()
  for (const { body } of events) {
    if (body['error']) facts.error = errorOf(body)
    const [candidate] = objectsIn(body['candidates'])
    for (const part of objectsIn(asObject(candidate?.['content'])?.['parts'])) readPart(facts, part)
    facts.finish = GEMINI_FINISH[String(candidate?.['finishReason'] ?? '')] ?? facts.finish
    for (const chunk of objectsIn(
      asObject(candidate?.['groundingMetadata'])?.['groundingChunks'],
    )) {
      const url = asString(asObject(chunk['web'])?.['uri'])
      if (url !== undefined) facts.urls.push(url)
    }
    if (asObject(body['promptFeedback'])?.['blockReason']) facts.finish = 'filter'
    readGeminiUsage(facts, asObject(body['usageMetadata']))
  }
  if (facts.finish === 'stop' && facts.calls.length > 0) facts.finish = 'tool'
  return facts
}

function readPart(facts: Facts, part: JsonObject): void {
  addSecrets(facts, [part['thoughtSignature']])
  if (part['thought'] === true) facts.reasoning += text(part['text'])
  else facts.text += text(part['text'])
  const call = asObject(part['functionCall'])
  if (!call) return
  const args = JSON.stringify(call['args'] ?? {})
  facts.calls.push({ id: text(call['id']), name: text(call['name']), text: args })
}

function readGeminiUsage(facts: Facts, usage: JsonObject | undefined): void {
  if (!usage) return
  const count = (key: string) => asNumber(usage[key])
  const prompt = count('promptTokenCount')
  if (prompt !== undefined) facts.input = prompt + (count('toolUsePromptTokenCount') ?? 0)
  const answer = count('candidatesTokenCount')
  const thoughts = count('thoughtsTokenCount')
  if (answer !== undefined || thoughts !== undefined) {
    facts.output = (answer ?? 0) + (thoughts ?? 0)
  }
  facts.cached = count('cachedContentTokenCount') ?? facts.cached
}

const CONVERSE_FINISH: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool',
  guardrail_intervened: 'filter',
  content_filtered: 'filter',
}

function readConverse(events: readonly Event[]): Facts {
  const facts = noFacts()
  const calls = new Map<number, { id: string; name: string; text: string }>()
  for (const { name, body } of events) {
    if (/exception/i.test(name) || (name === '' && !body['output'])) facts.error = errorOf(body)
    facts.finish = CONVERSE_FINISH[text(body['stopReason'])] ?? facts.finish
    readConverseUsage(facts, asObject(body['usage']))
    const content = objectsIn(asObject(asObject(body['output'])?.['message'])?.['content'])
    const at = asNumber(body['contentBlockIndex']) ?? 0
    const started = asObject(body['start'])
    const delta = asObject(body['delta'])
    const pieces = content.map((piece, index) => ({ piece, index }))
    if (started) pieces.push({ piece: started, index: at })
    if (delta) pieces.push({ piece: delta, index: at })
    for (const { piece, index } of pieces) readConversePiece(facts, piece, index, calls)
  }
  facts.calls = [...calls.values()]
  return facts
}

function readConversePiece(
  facts: Facts,
  piece: JsonObject,
  index: number,
  calls: Map<number, { id: string; name: string; text: string }>,
): void {
  facts.text += text(piece['text'])
  for (const cited of objectsIn(asObject(piece['citationsContent'])?.['content'])) {
    facts.text += text(cited['text'])
  }
  const thought = asObject(piece['reasoningContent'])
  const said = asObject(thought?.['reasoningText']) ?? thought
  facts.reasoning += text(said?.['text'])
  addSecrets(facts, [said?.['signature'], thought?.['redactedContent']])
  const use = asObject(piece['toolUse'])
  if (!use) return
  const known = calls.get(index) ?? {
    id: text(use['toolUseId']),
    name: text(use['name']),
    text: '',
  }
  const { input } = use
  known.text += typeof input === 'object' && input !== null ? JSON.stringify(input) : text(input)
  calls.set(index, known)
}

function readConverseUsage(facts: Facts, usage: JsonObject | undefined): void {
  if (!usage) return
  const count = (key: string) => asNumber(usage[key]) ?? 0
  facts.cached = count('cacheReadInputTokens')
  facts.input = count('inputTokens') + facts.cached + count('cacheWriteInputTokens')
  facts.output = count('outputTokens')
}

function readOllama(events: readonly Event[]): Facts {
  const facts = noFacts()
  for (const { body } of events) {
    if (body['error']) facts.error = errorOf(body)
    const message = asObject(body['message'])
    facts.text += text(message?.['content'])
    facts.reasoning += text(message?.['thinking'])
    for (const call of objectsIn(message?.['tool_calls'])) {
      const fn = asObject(call['function'])
      const args = JSON.stringify(fn?.['arguments'] ?? {})
      facts.calls.push({ id: text(call['id']), name: text(fn?.['name']), text: args })
    }
    facts.input = asNumber(body['prompt_eval_count']) ?? facts.input
    facts.output = asNumber(body['eval_count']) ?? facts.output
    if (body['done_reason'] === 'stop') facts.finish = facts.calls.length > 0 ? 'tool' : 'stop'
    if (body['done_reason'] === 'length') facts.finish = 'length'
  }
  return facts
}

const COHERE_FINISH: Readonly<Record<string, string>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool',
}

function readCohere(events: readonly Event[]): Facts {
  const facts = noFacts()
  const calls: { id: string; name: string; text: string }[] = []
  for (const { body } of events) {
    const delta = asObject(body['delta']) ?? body
    const message = asObject(delta['message'])
    const content = objectsIn(message?.['content'])
    const one = asObject(message?.['content'])
    for (const piece of one ? [one] : content) {
      facts.text += text(piece['text'])
      facts.reasoning += text(piece['thinking'])
    }
    facts.reasoning += text(message?.['tool_plan'])
    const call = asObject(message?.['tool_calls'])
    for (const each of call ? [call] : objectsIn(message?.['tool_calls'])) {
      const fn = asObject(each['function'])
      if (body['type'] !== 'tool-call-delta') {
        calls.push({
          id: text(each['id']),
          name: text(fn?.['name']),
          text: text(fn?.['arguments']),
        })
      } else if (calls.at(-1)) (calls.at(-1) ?? { text: '' }).text += text(fn?.['arguments'])
    }
    const tokens = asObject(asObject(delta['usage'])?.['tokens'])
    facts.input = asNumber(tokens?.['input_tokens']) ?? facts.input
    facts.output = asNumber(tokens?.['output_tokens']) ?? facts.output
    facts.finish = COHERE_FINISH[text(delta['finish_reason'])] ?? facts.finish
    if (delta['finish_reason'] === 'ERROR') facts.error = errorOf(delta)
    if (!message && asString(body['message']) !== undefined) facts.error = errorOf(body)
  }
  facts.calls = calls
  return facts
}
