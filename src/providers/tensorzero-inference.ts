import { readError } from './openai-chat/errors.ts'
import type { ChatWire } from './provider.ts'
import { encodeInference } from './tensorzero-inference/encode.ts'
import { InferenceDecoder, readInference } from './tensorzero-inference/read.ts'

/**
 * TensorZero's own way to ask a gateway for an answer. Source: its API reference, `POST /inference`.
 */
export const tensorzeroInference: ChatWire = {
  name: 'tensorzero_inference',
  path: () => 'inference',
  namesModel: false,
  endMarks: ['data: [DONE]'],
  encode: encodeInference,
  parts: readInference,
  decoder: () => new InferenceDecoder(),
  error: readError,
}
