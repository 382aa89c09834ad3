import type { z } from 'zod'
import type { Scenario } from './scenario.ts'

type Written = z.input<typeof Scenario>['models'][string]

const USAGE = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 }
const GOOD = 'The heron stood in the shallow water until the evening, and the river went round it.'

/** What a name answers that stands nowhere else. */
const GOOD_ANSWER: Written = { text: GOOD, usage: USAGE }
const FAILURE: Written = { http: { status: 500, message: 'This dummy model always fails.' } }
const FLAKY: Written = {
  sequence: [
    { text: GOOD, usage: USAGE },
    { http: { status: 500, message: 'This dummy model fails at every second call.' } },
  ],
  repeat: true,
}

/** The answers of a `dummy` provider without a scenario: TensorZero's names for its test model. */
const ANSWERS: Readonly<Record<string, Written>> = {
  alternate: said('A kingfisher came by instead, and nobody saw it leave.'),
  null: { parts: [], usage: USAGE },
  empty: said(''),
  slow: { text: GOOD, usage: USAGE, first_ms: 5000 },
  json: said('{"answer":"Hello"}'),
  json_goodbye: said('{"answer":"Goodbye"}'),
  json_diff_schema: said('{"response":"Hello"}'),
  json_cot: said('{"thinking":"hmmm","response":{"answer":"tokyo!"}}'),
  json_reasoner: { parts: [{ thought: 'hmmm' }, '{"answer":"Hello"}'], usage: USAGE },
  reasoner: { parts: [{ thought: 'hmmm' }, GOOD], usage: USAGE },
  reasoner_with_signature: {
    parts: [{ thought: 'hmmm', signature: 'my_signature' }, GOOD],
    usage: USAGE,
  },
  tool: called('get_temperature', ['{"location"', ':"Brooklyn"', ',"units"', ':"celsius"}']),
  bad_tool: called('get_temperature', ['{"location":"Brooklyn","units":"Celsius"}']),
  good_tool: called('output_schema_tool', ['{"sentiment":"positive"', ',"confidence":0.95}']),
  invalid_tool_arguments: called('get_temperature', ["Not valid 'JSON'"]),
  best_of_n_0: said('{"thinking":"hmmm","answer_choice":0}'),
  best_of_n_1: said('{"thinking":"hmmm","answer_choice":1}'),
  best_of_n_big: said('{"thinking":"hmmm","answer_choice":100}'),
  'llm_judge::true': said('{"score":true}'),
  'llm_judge::false': said('{"score":false}'),
  'llm_judge::zero': said('{"score":0}'),
  'llm_judge::one': said('{"score":1}'),
  'llm_judge::error': FAILURE,
  input_tokens_zero: counted(0, 10),
  output_tokens_zero: counted(10, 0),
  input_tokens_output_tokens_zero: counted(0, 0),
  input_five_output_six: counted(5, 6),
}

/** A model's answers, as a scenario would have them. Every name has some. */
export function builtIn(model: string): Written {
  if (Object.hasOwn(ANSWERS, model)) return ANSWERS[model] ?? GOOD_ANSWER
  if (model.startsWith('error')) return FAILURE
  return model.startsWith('flaky_') ? FLAKY : GOOD_ANSWER
}

function said(text: string): Written {
  return { text, usage: USAGE }
}

function called(name: string, fragments: string[]): Written {
  return { parts: [{ tool_call: { id: '0', name, arguments: fragments } }], usage: USAGE }
}

function counted(prompt: number, completion: number): Written {
  return {
    text: GOOD,
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
    },
  }
}
