import { asObject, type Json, type JsonObject } from '../lib/json.ts'
import type { Block } from './chat.ts'
import { inputOf } from './input.ts'
import type { NativeInference } from './native.ts'
import { inputJson, outputBlocks } from './native-blocks.ts'
import type { AttemptRecord, InferenceRecord } from './record.ts'

type Told = Pick<InferenceRecord, 'native' | 'input' | 'output' | 'params'> & {
  readonly attempts: readonly Pick<AttemptRecord, 'providerType'>[]
}

/** What was kept of a function's answer; of a model's own answer, what its messages say. */
export function nativeOf(record: Told): NativeInference {
  if (record.native) return record.native
  const providerType = record.attempts.at(-1)?.providerType ?? ''
  return {
    type: 'chat',
    input: inputJson(inputOf(record.input)),
    output: blocksOf(record.output, providerType),
    inference_params: { chat_completion: samplingOf(record.params) },
    extra_body: [],
  }
}

/** Nobody said which tools there are: each call counts as one of a known tool. */
function blocksOf(content: readonly Block[], providerType: string): JsonObject[] {
  const names = content.flatMap((block) => (block.type === 'tool_call' ? [block.name] : []))
  return outputBlocks(content, new Map(names.map((name) => [name, null])), providerType)
}

const SAMPLING = [
  'temperature',
  'top_p',
  'max_tokens',
  'presence_penalty',
  'frequency_penalty',
  'seed',
  'reasoning_effort',
] as const

function samplingOf(params: Json): JsonObject {
  const given = asObject(params) ?? {}
  const known = SAMPLING.flatMap((name) => {
    const value = given[name]
    return value === undefined || value === null ? [] : [[name, value] as const]
  })
  return Object.fromEntries(known)
}
