import type { Block, ChatParams, ChatRequest, Message, Reasoning } from '../../domain/chat.ts'
import { asBoolean, asNumber, asObject, asString, fieldsBeside, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'
import { withAnswers } from '../server-work/asked.ts'
import { joinStreamed } from '../thoughts.ts'
import { carriedByPart, CallIds, decodePart, unreadParts } from './decode-parts.ts'
import { decodeChoice, decodeTools, unreadDeclarations, unreadOf } from './decode-tools.ts'
import { camel, lowered } from './schema.ts'

const KNOWN = new Set([
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
])

const KNOWN_CONFIG = new Set([
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'stopSequences',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'candidateCount',
  'responseLogprobs',
  'logprobs',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'thinkingConfig',
])

/** A generateContent request in our nouns. Total: what it cannot read it keeps as it is. */
export function decodeGenerate(body: JsonObject): ChatRequest {
  const json = camel(body)
  const ids = new CallIds()
  const system = decodeParts(json['systemInstruction'], ids)
  const contents = Array.isArray(json['contents']) ? json['contents'] : [json['contents'] ?? null]
  const messages: Message[] = []
  for (const value of contents) {
    const content: JsonObject | undefined =
      typeof value === 'string' ? { parts: [{ text: value }] } : asObject(value)
    if (!content) continue
    const role = content['role'] === 'model' ? 'assistant' : 'user'
    const blocks = decodeParts(content, ids)
    const last = messages.at(-1)
    // The SDK keeps each piece of a stream as a turn of its own.
    const goesOn = role === 'assistant' && last?.role === role
    if (goesOn) messages[messages.length - 1] = { role, content: [...last.content, ...blocks] }
    else messages.push({ role, content: blocks })
  }
  const turns = messages.map(({ role, content }) =>
    role === 'assistant' ? { role, content: joinStreamed(content) } : { role, content },
  )
  const config = camel(asObject(json['generationConfig']) ?? {})
  const toolConfig = camel(asObject(json['toolConfig']) ?? {})
  const unread = [
    ...unreadOf(toolConfig),
    ...unreadDeclarations(json['tools']),
    ...unreadParts(contents),
  ]
  const rest = fieldsBeside(config, KNOWN_CONFIG)
  return {
    messages: withAnswers(
      system.length > 0 ? [{ role: 'system', content: system }, ...turns] : turns,
    ),
    ...decodeTools(json['tools']),
    params: {
      ...decodeConfig(config),
      ...compact({
        toolChoice: decodeChoice(toolConfig),
        serviceTier: tierOf(asString(json['serviceTier'])),
      }),
    },
    extra: { ...fieldsBeside(json, KNOWN), ...(rest && { generationConfig: rest }) },
    wire: 'gemini',
    ...(unread.length > 0 && { unread }),
  }
}

/** In OpenAI's words. */
function tierOf(tier: string | undefined): string | undefined {
  if (tier === undefined || tier === 'unspecified') return undefined
  return tier === 'standard' ? 'default' : tier
}

function decodeParts(value: Json | undefined, ids: CallIds): Block[] {
  if (typeof value === 'string') return [{ type: 'text', text: value }]
  const parts = asObject(value)?.['parts']
  const list = Array.isArray(parts) ? parts : [parts ?? null]
  return objectsIn(list).flatMap((part) => carriedByPart(part) ?? [decodePart(part, ids)])
}

function decodeConfig(config: JsonObject): ChatParams {
  const stops = objectsOrStrings(config['stopSequences'])
  return compact({
    maxTokens: asNumber(config['maxOutputTokens']),
    temperature: asNumber(config['temperature']),
    topP: asNumber(config['topP']),
    topK: asNumber(config['topK']),
    stop: stops.length > 0 ? stops : undefined,
    seed: asNumber(config['seed']),
    presencePenalty: asNumber(config['presencePenalty']),
    frequencyPenalty: asNumber(config['frequencyPenalty']),
    n: asNumber(config['candidateCount']),
    logprobs: asBoolean(config['responseLogprobs']),
    topLogprobs: asNumber(config['logprobs']),
    responseFormat: decodeFormat(config),
    reasoning: decodeThinking(asObject(config['thinkingConfig'])),
  })
}

function objectsOrStrings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.flatMap((each) => asString(each) ?? []) : []
}

function decodeFormat(config: JsonObject): ChatParams['responseFormat'] {
  if (config['responseMimeType'] !== 'application/json') return undefined
  const schema = config['responseJsonSchema'] ?? lowered(config['responseSchema'])
  if (schema === undefined || schema === null) return { type: 'json_object' }
  return { type: 'json_schema', schema }
}

function decodeThinking(said: JsonObject | undefined): Reasoning | undefined {
  if (!said) return undefined
  const config = camel(said)
  return compact({
    effort: asString(config['thinkingLevel'])?.toLowerCase(),
    budgetTokens: asNumber(config['thinkingBudget']),
    visible: asBoolean(config['includeThoughts']),
  })
}
