import { ConverseDecoder } from './bedrock-converse/decoder.ts'
import { encodeConverse } from './bedrock-converse/encode.ts'
import { readConverseError } from './bedrock-converse/errors.ts'
import { readConverse } from './bedrock-converse/read.ts'
import type { ChatWire } from './provider.ts'

/** Amazon Bedrock's Converse and ConverseStream. Source: Amazon Bedrock API reference. */
export const bedrockConverse: ChatWire = {
  name: 'bedrock_converse',
  path: ({ model, stream }) =>
    `model/${encodeURIComponent(model)}/${stream ? 'converse-stream' : 'converse'}`,
  namesModel: false,
  endMarks: [],
  encode: encodeConverse,
  parts: readConverse,
  decoder: () => new ConverseDecoder(),
  error: readConverseError,
}
