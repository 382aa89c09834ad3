import { asNumber, type JsonObject } from '../lib/json.ts'
import { UNKNOWN_USAGE } from '../domain/usage.ts'
import { encodeMessagesRequest } from './anthropic-messages/encode.ts'
import { readAnthropicError } from './anthropic-messages/errors.ts'
import { MessagesDecoder } from './anthropic-messages/decoder.ts'
import { readMessage } from './anthropic-messages/read.ts'
import type { ChatWire, Wire } from './provider.ts'

/** Anthropic's Messages. Source: Claude API reference, "Create a Message" and "Streaming". */
export const anthropicMessages: ChatWire = {
  name: 'anthropic_messages',
  path: () => 'messages',
  namesModel: true,
  endMarks: ['event: message_stop', 'event:message_stop'],
  encode: encodeMessagesRequest,
  parts: readMessage,
  decoder: () => new MessagesDecoder(),
  error: readAnthropicError,
}

/** Source: Claude API reference, "Count tokens in a Message". */
export const anthropicCountTokens: Wire = {
  name: 'anthropic_count_tokens',
  path: () => 'messages/count_tokens',
  namesModel: true,
  endMarks: [],
  parts: (body: JsonObject) => {
    const input = asNumber(body['input_tokens']) ?? null
    return [
      { type: 'raw', level: 'response', fields: body },
      { type: 'usage', usage: { ...UNKNOWN_USAGE, input }, raw: body },
    ]
  },
  decoder: () => ({ done: false, push: () => [] }),
  error: readAnthropicError,
}
