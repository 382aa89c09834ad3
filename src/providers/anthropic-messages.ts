import { encodeMessagesRequest } from './anthropic-messages/encode.ts'
import { readAnthropicError } from './anthropic-messages/errors.ts'
import { MessagesDecoder } from './anthropic-messages/decoder.ts'
import { readMessage } from './anthropic-messages/read.ts'
import { withOwnThoughts } from './anthropic-messages/own-thoughts.ts'
import { countingWire } from './count-tokens.ts'
import type { ChatWire } from './provider.ts'

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
  tidied: withOwnThoughts,
  glance: { says: '"stop_reason"', beside: '"content"', never: ['"error"'] },
}

/** Source: Claude API reference, "Count tokens in a Message". */
export const anthropicCountTokens = countingWire(
  {
    name: 'anthropic_count_tokens',
    path: () => 'messages/count_tokens',
    namesModel: true,
    error: readAnthropicError,
    tidied: withOwnThoughts,
  },
  'input_tokens',
)
