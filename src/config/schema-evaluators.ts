import { z } from 'zod'
import { FileName, Name } from './schema-files.ts'
import { JudgeVariant } from './schema-variants.ts'

const Cutoff = z.number().optional().describe('Old; give it to the evaluation instead.')
const Kind = z.enum(['float', 'boolean']).describe('What it answers with.')
const Optimize = z.enum(['min', 'max']).describe('Which end is the better one.')
const Description = z.string().optional().describe('What it is for.')
const Pattern = z.string().refine(isPattern, 'must be a regular expression')

/** How answers are measured, told apart by `type`. */
export const Evaluator = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('exact_match').describe('The kind of evaluator.'),
    cutoff: Cutoff,
  }),
  z
    .strictObject({
      type: z.literal('regex').describe('The kind of evaluator.'),
      must_match: Pattern.optional().describe('What the answer must hold.'),
      must_not_match: Pattern.optional().describe('What the answer must not hold.'),
    })
    .refine(
      ({ must_match: wanted, must_not_match: unwanted }) =>
        wanted !== undefined || unwanted !== undefined,
      'needs at least one of `must_match` and `must_not_match`',
    ),
  z
    .strictObject({
      type: z.literal('tool_use').describe('The kind of evaluator.'),
      behavior: z
        .enum(['none', 'any', 'none_of', 'any_of', 'all_of'])
        .describe('Which tools must have been called.'),
      tools: z.array(Name).optional().describe('The tools that are meant.'),
    })
    .refine(
      ({ behavior, tools }) => !behavior.endsWith('_of') || (tools?.length ?? 0) > 0,
      'needs `tools`: a list of at least one',
    )
    .refine(
      ({ behavior, tools }) => behavior.endsWith('_of') || tools === undefined,
      'takes no `tools` with this `behavior`',
    ),
  z.strictObject({
    type: z.literal('llm_judge').describe('The kind of evaluator.'),
    input_format: z
      .enum(['serialized', 'messages'])
      .default('serialized')
      .describe('How the judge gets to see the input.'),
    output_type: Kind,
    optimize: Optimize,
    include: z
      .strictObject({
        reference_output: z.boolean().default(false).describe('Show the judge the right answer.'),
      })
      .prefault({}),
    description: Description,
    cutoff: Cutoff,
    variants: z.record(z.string(), JudgeVariant),
  }),
  z.strictObject({
    type: z.literal('typescript').describe('The kind of evaluator.'),
    typescript_file: FileName.describe('A file with the function `tensorzero_evaluator`.'),
    output_type: Kind,
    optimize: Optimize,
  }),
])
export type Evaluator = z.infer<typeof Evaluator>
export type LlmJudge = Extract<Evaluator, { type: 'llm_judge' }>

export const Evaluators = z.record(z.string(), Evaluator).default({}).describe('Measures by name.')

/** The old place of evaluators. */
export const Evaluation = z.strictObject({
  type: z.enum(['inference', 'static']).describe('`static` is the old name.'),
  function_name: Name.describe('The function that is evaluated.'),
  description: Description,
  evaluators: Evaluators,
})
export type Evaluation = z.infer<typeof Evaluation>

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return isLoosePattern(text)
  }
}

/** Flags in front (`(?i)`) and the like are for another library, and no mistake. */
function isLoosePattern(text: string): boolean {
  return /^\(\?[a-z]+\)|\(\?P<|\\[AzZhHC]|\[\[:/.test(text)
}
