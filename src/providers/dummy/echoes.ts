import { asArray, asObject, type Json, type JsonObject } from '../../lib/json.ts'
import type { ScriptRequest } from '../provider.ts'
import { lastSaid } from '../scripted/request.ts'
import { failure, said, type Written } from './built-in.ts'
import { encodeAsTold, filesIn } from './told.ts'

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
      return said(JSON.stringify(request.told(encodeAsTold)))
    case 'extract_images':
      return said(JSON.stringify(filesTold(request)))
    case 'require_pdf':
      return requirePdf(filesTold(request))
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

function filesTold(request: ScriptRequest): Json[] {
  return filesIn(request.told(encodeAsTold) ?? {})
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
