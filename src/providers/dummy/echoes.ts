import { blake3Hex } from '../../lib/hash.ts'
import {
  asArray,
  asObject,
  asString,
  objectsIn,
  type Json,
  type JsonObject,
} from '../../lib/json.ts'
import type { ScriptRequest } from '../provider.ts'
import { lastSaid } from '../scripted/request.ts'
import { failure, said, type Written } from './built-in.ts'

/** TensorZero's names for test models whose answer depends on what they are asked. */
export function echoOf(request: ScriptRequest): Written | null {
  const { model, body, patches, key } = request
  switch (model) {
    case 'echo':
      return said(lastSaid(body).text)
    case 'random_answer':
      return said(JSON.stringify({ answer: request.newId() }))
    case 'echo_extra_info':
      return said(JSON.stringify(extraInfo(patches)))
    case 'echo_injected_data':
      return said(JSON.stringify(injected(patches)))
    case 'echo_request_messages':
      return said(JSON.stringify(messagesOf(body)))
    case 'extract_images':
      return said(JSON.stringify(filesOf(body)))
    case 'require_pdf':
      return requirePdf(filesOf(body))
    case 'multiple-text-blocks':
      return textsOfFirst(body) === 2
        ? null
        : failure('First message must have exactly two text blocks')
    case 'test_key':
      return key === null || key === 'good_key'
        ? null
        : failure('Invalid API key for Dummy provider')
    default:
      return null
  }
}

function extraInfo({ variant, request }: ScriptRequest['patches']): JsonObject {
  return {
    extra_body: {
      ...(variant.body.length > 0 && { extra_body: { data: [...variant.body] } }),
      inference_extra_body: [...request.body],
    },
    extra_headers: {
      variant_extra_headers: variant.headers.length > 0 ? { data: [...variant.headers] } : null,
      inference_extra_headers: [...request.headers],
    },
  }
}

function injected({ body, headers }: ScriptRequest['patches']): JsonObject {
  return { injected_body: body, injected_headers: Object.entries(headers) }
}

/** What the model is told, in TensorZero's words. */
function messagesOf(body: JsonObject): JsonObject {
  const messages = objectsIn(body['messages'])
  const system = messages.find((message) => message['role'] === 'system')
  return {
    system: asString(system?.['content']) ?? null,
    messages: messages
      .filter((message) => message['role'] !== 'system')
      .map((message) => ({
        role: message['role'] === 'assistant' ? 'assistant' : 'user',
        content: blocksOf(message),
      })),
  }
}

function blocksOf(message: JsonObject): Json[] {
  const { content } = message
  if (message['role'] === 'tool') {
    return [{ type: 'tool_result', id: message['tool_call_id'] ?? '', result: content ?? '' }]
  }
  const thought = asString(message['reasoning_content']) ?? asString(message['reasoning'])
  const texts = typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content)
  const calls = objectsIn(message['tool_calls']).map((call) => {
    const { name = '', arguments: args = '' } = asObject(call['function']) ?? {}
    return { type: 'tool_call', id: call['id'] ?? '', name, arguments: args }
  })
  return [
    ...(thought === undefined ? [] : [{ type: 'thought', text: thought }]),
    ...texts,
    ...calls,
  ]
}

/** Files with the place where TensorZero would store them: the hash of their base64 text. */
function filesOf(body: JsonObject): Json[] {
  return asArray(body['messages'])
    .flatMap((message) => asArray(asObject(message)?.['content']))
    .flatMap((piece) => urlIn(asObject(piece) ?? {}))
    .map((url): Json => {
      const [, type = '', data] = /^data:([^;,]*)[^,]*,(.*)$/s.exec(url) ?? []
      if (data === undefined) return { Url: { file_url: { url } } }
      const path = `observability/files/${blake3Hex(data)}.${type.split('/')[1]}`
      return {
        Base64: {
          file: { mime_type: type, data },
          storage_path: { kind: { type: 'disabled' }, path },
        },
      }
    })
}

function urlIn(piece: JsonObject): string[] {
  const url =
    asString(asObject(piece['image_url'])?.['url']) ??
    asString(asObject(piece['file'])?.['file_data'])
  return url === undefined ? [] : [url]
}

function requirePdf(files: readonly Json[]): Written {
  const text = JSON.stringify(files)
  return text.includes('application/pdf')
    ? said(text)
    : failure('PDF must be provided for require_pdf model')
}

function textsOfFirst(body: JsonObject): number {
  const first = asArray(body['messages']).find(
    (message) => asObject(message)?.['role'] !== 'system',
  )
  const { content = '' } = asObject(first) ?? {}
  if (typeof content === 'string') return 1
  return asArray(content).filter((piece) => asObject(piece)?.['type'] === 'text').length
}
