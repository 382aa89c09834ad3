import { z } from 'zod'
import { ExtraBody, ExtraHeaders, Retries, Timeouts } from './schema-common.ts'
import { FileName, Name, namedFiles, Namespace } from './schema-files.ts'

export const JsonMode = z.enum(['off', 'on', 'strict', 'tool', 'implicit_tool'])

/** TensorZero's inference parameters. */
export const params = {
  temperature: z.number().optional().describe('How much chance there is in the answer.'),
  top_p: z.number().optional().describe('Only the likeliest tokens up to this share.'),
  max_tokens: z.int().min(0).optional().describe('Longest answer, in tokens.'),
  presence_penalty: z.number().optional().describe('Against tokens that were used already.'),
  frequency_penalty: z.number().optional().describe('Against tokens, by how often they came.'),
  seed: z.int().optional().describe('For answers that can be repeated, as far as that goes.'),
  stop_sequences: z.array(z.string()).optional().describe('Texts that end the answer.'),
  reasoning_effort: z.string().optional().describe('How hard the model thinks.'),
  service_tier: z
    .enum(['auto', 'default', 'priority', 'flex'])
    .optional()
    .describe("The provider's class of service."),
  thinking_budget_tokens: z.int().optional().describe('Longest thinking, in tokens.'),
  verbosity: z.string().optional().describe('How wordy the answer is.'),
}

const calls = {
  retries: Retries.prefault({}),
  extra_body: ExtraBody.describe('Changes to the body of every request.'),
  extra_headers: ExtraHeaders.describe('Changes to the headers of every request.'),
}

const Wrapper = FileName.optional().describe('Old way to wrap plain text, for this role.')

/** How one model is asked. */
const prompting = {
  model: Name.describe('A configured model, or a short name.'),
  templates: namedFiles('`NAME.path`: a MiniJinja template.'),
  system_template: FileName.optional().describe('Old form of `templates.system.path`.'),
  user_template: FileName.optional().describe('Old form of `templates.user.path`.'),
  assistant_template: FileName.optional().describe('Old form of `templates.assistant.path`.'),
  input_wrappers: z.strictObject({ system: Wrapper, user: Wrapper, assistant: Wrapper }).optional(),
  ...params,
  json_mode: JsonMode.optional().describe('How the model is made to answer with JSON.'),
  ...calls,
}

const Weight = z.number().min(0).optional().describe('Old way to share out requests.')

/** What every variant has. */
const facts = {
  timeouts: Timeouts.optional(),
  namespace: Namespace.optional().describe('Only requests in this namespace may use it.'),
}

/** A judge's or fuser's own `type` and `weight` are accepted, and mean nothing. */
const Judge = z.strictObject({
  type: z.literal('chat_completion').optional().describe('Accepted for compatibility.'),
  weight: Weight,
  ...prompting,
})

const candidates = {
  candidates: z.array(Name).describe('Variants of the same function; repeats are meant.'),
  timeout_s: z.number().min(0).optional().describe('Old time limit of a candidate, in seconds.'),
  weight: Weight,
}

const dicl = {
  embedding_model: Name.describe('The model that finds the nearest examples.'),
  k: z.int().min(0).describe('Most examples in the prompt.'),
  model: Name.describe('The model that answers.'),
  system_instructions: FileName.optional().describe('A text file that goes before the examples.'),
  ...params,
  json_mode: JsonMode.optional().describe('How the model is made to answer with JSON.'),
  ...calls,
  max_distance: z.number().optional().describe('Examples farther than this are left out.'),
}

export const TYPES = {
  best: [
    'experimental_best_of_n_sampling',
    'experimental_best_of_n',
    'best_of_n_sampling',
    'best_of_n',
  ],
  mixture: ['experimental_mixture_of_n', 'mixture_of_n'],
  dicl: ['experimental_dynamic_in_context_learning', 'dynamic_in_context_learning', 'dicl'],
  thought: ['experimental_chain_of_thought', 'chain_of_thought'],
} as const

const Type = {
  chat: z.literal('chat_completion').describe('How the variant works.'),
  best: z.enum(TYPES.best).describe('How the variant works.'),
  mixture: z.enum(TYPES.mixture).describe('How the variant works.'),
  dicl: z.enum(TYPES.dicl).describe('How the variant works.'),
  thought: z.enum(TYPES.thought).describe('How the variant works.'),
}

/** One way of doing a function's task, told apart by `type`. */
export const Variant = z.discriminatedUnion('type', [
  z.strictObject({ type: Type.chat, ...prompting, weight: Weight, ...facts }),
  z.strictObject({
    type: Type.best,
    ...candidates,
    evaluator: Judge.describe('Who chooses: keys as of `chat_completion`.'),
    ...facts,
  }),
  z.strictObject({
    type: Type.mixture,
    ...candidates,
    fuser: Judge.describe('Who puts together: keys as of `chat_completion`.'),
    ...facts,
  }),
  z.strictObject({ type: Type.dicl, ...dicl, weight: Weight, ...facts }),
  z.strictObject({ type: Type.thought, ...prompting, weight: Weight, ...facts }),
])
export type Variant = z.infer<typeof Variant>
export type Prompting = z.infer<typeof Judge>

const Active = z.boolean().optional().describe('Whether this is the variant that judges.')

/** What a judge's variant says of its model: instructions in place of templates. */
const judging = {
  model: Name.describe('A configured model, or a short name.'),
  system_instructions: FileName.describe('A text file: what to judge, and by which measure.'),
  ...params,
  json_mode: JsonMode.describe('How the model is made to answer with JSON.'),
  ...calls,
}

const JudgeOfJudges = z.strictObject({ active: Active, ...judging })
const timeouts = { timeouts: Timeouts.optional() }
const { weight: _, ...judgeCandidates } = candidates

/** A variant of an LLM judge. */
export const JudgeVariant = z.discriminatedUnion('type', [
  z.strictObject({ type: Type.chat, active: Active, ...judging, ...timeouts }),
  z.strictObject({
    type: Type.best,
    active: Active,
    ...judgeCandidates,
    evaluator: JudgeOfJudges.describe('Who chooses: keys as of `chat_completion`.'),
    ...timeouts,
  }),
  z.strictObject({
    type: Type.mixture,
    active: Active,
    ...judgeCandidates,
    fuser: JudgeOfJudges.describe('Who puts together: keys as of `chat_completion`.'),
    ...timeouts,
  }),
  z.strictObject({ type: Type.dicl, active: Active, ...dicl, ...timeouts }),
  z.strictObject({ type: Type.thought, active: Active, ...judging, ...timeouts }),
])
export type JudgeVariant = z.infer<typeof JudgeVariant>

/** A variant by itself, as a request brings it. */
export const OneVariant = z.strictObject({ variant: Variant.optional() })
