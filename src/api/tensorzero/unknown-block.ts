import type { UnknownBlock } from '../../domain/chat.ts'
import { asString, type JsonObject } from '../../lib/json.ts'
import { compact } from '../compact.ts'

/** Raw words of a provider, for it alone where it is named. */
export function decodeUnknown(block: JsonObject): UnknownBlock {
  const { data = null } = block
  const full = FULL_NAME.exec(asString(block['model_provider_name']) ?? '')
  const modelName = asString(block['model_name']) ?? full?.[1]
  const providerName = asString(block['provider_name']) ?? full?.[2]
  return { type: 'unknown', data, ...compact({ modelName, providerName }) }
}

const FULL_NAME = /^tensorzero::model_name::(.+)::provider_name::(.+)$/s
