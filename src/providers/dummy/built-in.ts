import type { z } from 'zod'
import type { Scenario } from './scenario.ts'

export type Written = z.input<typeof Scenario>['models'][string]
type Parts = NonNullable<Extract<Written, { parts?: unknown }>['parts']>

/** Sixteen words: streams say it in as many pieces. */
const GOOD = 'The heron stood in the shallow water until the evening, and the river went round it.'
const WORDS: Parts = GOOD.match(/ ?\S+/g) ?? []
const TOOL_PIECES = ['{"location"', ':"Brooklyn"', ',"units"', ':"celsius', '"}']
const JSON_PIECES: Parts = ['{"name"', ':"John"', ',"age"', ':30', '}']

/** The answers of a `dummy` provider without a scenario: TensorZero's names for its test model. */
const ANSWERS: Readonly<Record<string, Written>> = {
  alternate: said('A kingfisher came by instead, and nobody saw it leave.'),
  null: { parts: [], usage: counted(10, 0) },
  empty: said(''),
  slow: { ...said(GOOD), first_ms: 5000 },
  json: said('{"answer":"Hello"}'),
  json_goodbye: said('{"answer":"Goodbye"}'),
  json_diff_schema: said('{"response":"Hello"}'),
  json_cot: said('{"thinking":"hmmm","response":{"answer":"tokyo!"}}'),
  json_beatles_1: said('{"names":["John","George"]}'),
  json_beatles_2: said('{"names":["Paul","Ringo"]}'),
  json_reasoner: { parts: [{ thought: 'hmmm' }, '{"answer":"Hello"}'], usage: counted(10, 2) },
  reasoner: { parts: [{ thought: 'hmmm' }, GOOD], usage: counted(10, 2) },
  reasoner_with_signature: {
    parts: [{ thought: 'hmmm', signature: 'my_signature' }, GOOD],
    usage: counted(10, 2),
  },
  tool: called('get_temperature', ['{"location":"Brooklyn","units":"celsius"}']),
  bad_tool: called('get_temperature', ['{"location":"Brooklyn","units":"Celsius"}']),
  good_tool: called('output_schema_tool', ['{"sentiment":"positive","confidence":0.95}']),
  invalid_tool_arguments: called('get_temperature', ["Not valid 'JSON'"]),
  best_of_n_0: said('{"thinking":"hmmm","answer_choice":0}'),
  best_of_n_1: said('{"thinking":"hmmm","answer_choice":1}'),
  best_of_n_big: said('{"thinking":"hmmm","answer_choice":100}'),
  'llm_judge::true': said('{"score":true}'),
  'llm_judge::false': said('{"score":false}'),
  'llm_judge::zero': said('{"score":0}'),
  'llm_judge::one': said('{"score":1}'),
  'llm_judge::error': failure('Dummy error in inference'),
  error_with_raw_response: failure('Error from Dummy provider with raw response'),
  input_tokens_zero: { ...said(GOOD), usage: counted(0, 1) },
  output_tokens_zero: { ...said(GOOD), usage: counted(10, 0) },
  input_tokens_output_tokens_zero: { ...said(GOOD), usage: counted(0, 0) },
  input_five_output_six: { ...said(GOOD), usage: counted(5, 6) },
}

/** What those names say otherwise where they stream: a piece at a time, and then counted by pieces. */
const STREAMED: Readonly<Record<string, Written>> = {
  slow: { ...streamed(WORDS), first_ms: 5000 },
  slow_second_chunk: streamed([...WORDS.slice(0, 1), { after_ms: 2000, text: ' heron' }], WORDS),
  json: streamed(JSON_PIECES),
  json_reasoner: streamed([{ thought: 'hmmm' }, { thought: 'hmmm' }, ...JSON_PIECES]),
  reasoner: streamed([{ thought: 'hmmm' }, { thought: 'hmmm' }, ...WORDS]),
  tool: streamedCall('get_temperature', TOOL_PIECES),
  tool_split_name: streamedCall('get_temperature', TOOL_PIECES),
  good_tool: streamedCall('output_schema_tool', [
    '{"sentiment"',
    ':"positive"',
    ',"confidence"',
    ':0.95',
    '}',
  ]),
  err_in_stream: broken(3, 'Dummy error in stream'),
  err_in_stream_with_raw_response: broken(3, 'Dummy error in stream with raw response'),
  fatal_stream_error: broken(2, 'Dummy fatal error'),
  fatal_stream_error_with_raw_response: broken(2, 'Dummy fatal error with raw response'),
  input_tokens_zero: { parts: WORDS, usage: counted(0, WORDS.length) },
  output_tokens_zero: { parts: WORDS, usage: counted(10, 0) },
  input_tokens_output_tokens_zero: { parts: WORDS, usage: counted(0, 0) },
  input_five_output_six: { parts: WORDS, usage: counted(5, 6) },
}
/** Of the others, these say the same in streams; all else says the sentence. */
const ALIKE = /^(null|empty|echo|error|llm_judge::error|bad_tool|invalid_tool_arguments)/

/** A model's answer to its `call`th call, as a scenario would have it. Every name has some. */
export function builtIn(model: string, asked: { stream: boolean; call: number }): Written {
  if (model.startsWith('flaky_') && asked.call % 2 === 1) {
    return failure(`Flaky model '${model}' failed on call number ${asked.call + 1}`)
  }
  if (model === 'flaky_best_of_n_judge') return said('{"thinking":"hmmm","answer_choice":0}')
  if (asked.stream && Object.hasOwn(STREAMED, model)) return STREAMED[model] ?? said(GOOD)
  if (Object.hasOwn(ANSWERS, model) && (!asked.stream || ALIKE.test(model))) {
    return ANSWERS[model] ?? said(GOOD)
  }
  if (model.startsWith('error')) {
    return failure(`Error sending request to Dummy provider for model '${model}'.`)
  }
  return asked.stream ? streamed(WORDS) : said(GOOD)
}

/** Whether a name stands for more than the usual sentence. */
export function isBuiltIn(model: string): boolean {
  if (Object.hasOwn(ANSWERS, model) || Object.hasOwn(STREAMED, model)) return true
  return /^(flaky_|error|echo|good$|slow|random_answer$|extract_|require_|multiple-|test_key$)/.test(
    model,
  )
}

export function said(text: string): Written {
  return { text, usage: counted(10, 1) }
}

export function failure(message: string): Written {
  return { http: { status: 500, message } }
}

function streamed(parts: Parts, rest: Parts = []): Written {
  const all = [...parts, ...rest.slice(parts.length)]
  return { parts: all, usage: counted(10, all.length) }
}

function called(name: string, fragments: string[]): Written {
  const id = '0'
  return { parts: [{ tool_call: { id, name, arguments: fragments } }], usage: counted(10, 1) }
}

function streamedCall(name: string, fragments: string[]): Written {
  const parts: Parts = [{ tool_call: { id: '0', name, arguments: fragments } }]
  return { parts, usage: counted(10, fragments.length) }
}

function broken(after: number, message: string): Written {
  return { parts: [...WORDS.slice(0, after), { error: { message } }] }
}

function counted(prompt: number, completion: number) {
  const total = prompt + completion
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total }
}
