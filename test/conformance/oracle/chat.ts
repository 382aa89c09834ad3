import {
  asArray,
  asNumber,
  asObject,
  asString,
  type JsonObject,
  objectsIn,
} from '../../../src/lib/json.ts'
import { type Facts, noFacts } from '../facts.ts'
import { addSecrets, errorOf, type Event, text } from './common.ts'

const CHAT_FINISH: Readonly<Record<string, string>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  length: 'length',
  max_tokens: 'length',
  tool_calls: 'tool',
  function_call: 'tool',
  content_filter: 'filter',
  eos_token: 'stop',
  tool_use: 'tool',
  model_length: 'length',
  model_context_window_exceeded: 'length',
  safety: 'filter',
  recitation: 'filter',
  refusal: 'filter',
  sensitive: 'filter',
  insufficient_system_resource: 'length',
  network_error: 'length',
  repetition_truncation: 'length',
}

export function readChat(events: readonly Event[]): Facts {
  const facts = noFacts()
  const calls = new Map<string, { id: string; name: string; text: string }>()
  // Perplexity has the whole message so far beside each piece of a stream.
  const [first, second] = events.length > 1 ? ['delta', 'message'] : ['message', 'delta']
  for (const { body } of events) {
    if (body['error'] || isFlatError(body)) facts.error = errorOf(body)
    // MiniMax says in a 200 that it failed.
    const refusal = asObject(body['base_resp'])
    if (refusal?.['status_code']) facts.error = errorOf({ message: refusal['status_msg'] ?? '' })
    const cut = asObject(body['x_groq'])
    if (cut?.['error']) facts.error = errorOf(cut)
    readChatUsage(facts, usageOf(body))
    readPages(facts, body)
    for (const choice of answerIn(body)) {
      if (choice['error']) facts.error = errorOf(choice)
      const message = asObject(choice[first]) ?? asObject(choice[second]) ?? {}
      readChatMessage(facts, message, calls)
      for (const turn of turnsIn(choice)) readChatMessage(facts, turn, calls)
      facts.finish = CHAT_FINISH[text(choice['finish_reason']).toLowerCase()] ?? facts.finish
    }
  }
  // Snowflake lists an empty call beside the real ones.
  facts.calls = [...calls.values()].filter(({ id, name, text: said }) => id + name + said !== '')
  return facts
}

/** The choices that are the first answer: Copilot puts the calls it announces into one of their own. */
function answerIn(body: JsonObject): JsonObject[] {
  const all = objectsIn(body['choices'])
  const [first] = all
  const apart = first?.['finish_reason'] === 'tool_calls' && !hasCalls(first)
  return all.filter((choice) => {
    return (asNumber(choice['index']) ?? 0) === 0 || (apart && hasCalls(choice))
  })
}

function hasCalls({ message }: JsonObject): boolean {
  return objectsIn(asObject(message)?.['tool_calls']).length > 0
}

/** What Mistral says before and after the tools it runs itself. */
function turnsIn({ messages }: JsonObject): JsonObject[] {
  const all = objectsIn(messages)
  const done = new Set(all.map(({ tool_call_id: id }) => id))
  return all
    .filter(({ role }) => role === 'assistant')
    .map(({ content, tool_calls: calls }) => ({
      content: content ?? null,
      tool_calls: objectsIn(calls).filter(({ id }) => !done.has(id)),
    }))
}

/** Pages beside an answer: addresses, or objects that have one. */
function readPages(facts: Facts, body: JsonObject): void {
  const venice = asObject(body['venice_parameters'])?.['web_search_citations']
  const alibaba = asObject(body['search_info'])?.['search_results']
  const listed = objectsIn(body['search_results'])
  const cited = listed.length > 0 ? listed : asArray(body['citations'])
  const places = [cited, asArray(body['web_search']), asArray(venice), asArray(alibaba)]
  for (const page of places.flat()) {
    const told = asObject(page)
    const url = text(page) || text(told?.['url']) || text(told?.['link'])
    if (url !== '') facts.urls.push(url)
  }
}

/** Mistral, Cerebras and older servers of open models tell one without a field named so. */
function isFlatError(body: JsonObject): boolean {
  return body['object'] === 'error' || (!body['choices'] && typeof body['message'] === 'string')
}

function usageOf(body: JsonObject): JsonObject | undefined {
  const places = [body, asObject(body['x_groq']), ...objectsIn(body['choices'])]
  return places.map((place) => asObject(place?.['usage'])).find(Boolean)
}

function readChatMessage(
  facts: Facts,
  message: JsonObject,
  calls: Map<string, { id: string; name: string; text: string }>,
): void {
  if (message['role'] === 'tool') return
  facts.text += text(message['content'])
  readPieces(facts, message)
  readThoughts(facts, message)
  facts.refusal += text(message['refusal'])
  for (const annotation of objectsIn(message['annotations'])) {
    const url = asString(asObject(annotation['url_citation'])?.['url'])
    if (url !== undefined) facts.urls.push(url)
  }
  // TGI streams one at a time, without a list.
  const only = asObject(message['tool_calls'])
  const list = only ? [only] : objectsIn(message['tool_calls'])
  for (const call of list) readChatCall(facts, call, calls)
  const legacy = asObject(message['function_call'])
  if (legacy) readChatCall(facts, { index: 0, function: legacy }, calls)
}

function readPieces(facts: Facts, message: JsonObject): void {
  facts.text += text(asObject(message['audio'])?.['transcript'])
  const google = asObject(asObject(message['extra_content'])?.['google'])
  addSecrets(facts, [message['reasoning_opaque'], google?.['thought_signature']])
  for (const piece of objectsIn(message['content'])) {
    if (piece['type'] === 'text') facts.text += text(piece['text'])
    if (piece['type'] === 'reasoning') {
      for (const inner of objectsIn(piece['summary'])) {
        facts.reasoning += text(inner['text'])
        addSecrets(facts, [inner['signature']])
      }
    }
    if (piece['type'] !== 'thinking') continue
    facts.reasoning += text(piece['thinking'])
    for (const inner of objectsIn(piece['thinking'])) facts.reasoning += text(inner['text'])
  }
}

function readThoughts(facts: Facts, message: JsonObject): void {
  const details = objectsIn(message['reasoning_details'])
  // Perplexity says what it thinks before each search.
  const steps = objectsIn(message['reasoning_steps']).map(({ thought }) => `${text(thought)}\n\n`)
  const said =
    text(message['reasoning_content']) ||
    text(message['reasoning']) ||
    text(message['reasoning_text']) ||
    steps.join('')
  facts.reasoning +=
    said || details.map((each) => text(each['text']) || text(each['summary'])).join('')
  for (const detail of details) addSecrets(facts, [detail['signature'], detail['data']])
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
  const names = ['prompt_cache_hit_tokens', 'cached_tokens', 'num_cached_tokens']
  const beside = names.map((name) => asNumber(usage[name])).find((count) => count !== undefined)
  const cached = asNumber(details?.['cached_tokens']) ?? beside
  // Azure has said more were cached than came in: that cannot be.
  if (cached !== undefined) facts.cached = Math.min(cached, facts.input ?? cached)
}
