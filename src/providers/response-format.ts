import type { ChatParams, ResponseFormat } from '../domain/chat.ts'
import type { Json } from '../lib/json.ts'

type Format = Exclude<ResponseFormat, { type: 'json_schema' }> | WithSchema
type WithSchema = Extract<ResponseFormat, { type: 'json_schema' }> & { readonly schema: Json }

/** The shape that is asked for. A schema that nobody gave asks for no more than JSON. */
export function formatIn({ responseFormat: format }: ChatParams): Format | undefined {
  if (format?.type !== 'json_schema') return format
  const { schema } = format
  return schema === undefined ? { type: 'json_object' } : { ...format, schema }
}
