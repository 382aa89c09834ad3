import { formatEvent } from '../../lib/sse.ts'
import { dialectRoute } from '../deliver.ts'
import type { Dialect } from '../dialect.ts'
import { encodeCompletion } from './encode.ts'
import { ChunkEncoder } from './encode-stream.ts'
import { errorBody, streamErrorBody } from './errors.ts'
import { readChatRequest } from './request.ts'

const END_MARK = formatEvent('[DONE]')

/** OpenAI's chat completions. Source: OpenAI API reference, "Create chat completion". */
const openaiChat: Dialect = {
  name: 'openai.chat',
  read: readChatRequest,
  whole: encodeCompletion,
  stream: (envelope) => new ChunkEncoder(envelope, envelope.wantsUsage),
  errorBody,
  streamError: (error, trace, withJson) =>
    formatEvent(JSON.stringify(streamErrorBody(error, trace, withJson))),
  endMark: END_MARK,
}

export const chatCompletions = dialectRoute(openaiChat, {
  paths: ['/openai/v1/chat/completions', '/v1/chat/completions'],
  summary: 'Answer a conversation, as the OpenAI API does.',
})
