import { z } from 'zod'
import { Evaluators } from './schema-evaluators.ts'
import { Experimentation } from './schema-experimentation.ts'
import { FileName, Name, namedFiles } from './schema-files.ts'
import { Variant } from './schema-variants.ts'

const common = {
  description: z.string().optional().describe('What it is for.'),
  schemas: namedFiles('`NAME.path`: a JSON Schema of what the template of this name is given.'),
  system_schema: FileName.optional().describe('Old form of `schemas.system.path`.'),
  user_schema: FileName.optional().describe('Old form of `schemas.user.path`.'),
  assistant_schema: FileName.optional().describe('Old form of `schemas.assistant.path`.'),
  variants: z.record(z.string(), Variant).default({}),
  experimentation: Experimentation.optional(),
  evaluators: Evaluators,
}

const ToolChoice = z
  .union([
    z.enum(['none', 'auto', 'required']),
    z.strictObject({ specific: Name.describe('The tool that must be called.') }),
  ])
  .default('auto')
  .describe('Whether tools are called.')

/** A task for a model, told apart by `type`. */
export const FunctionTable = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('chat').describe('What it answers with.'),
    ...common,
    tools: z.array(Name).default([]).describe('Names from `[tools]`.'),
    tool_choice: ToolChoice,
    parallel_tool_calls: z.boolean().optional().describe('Several calls in one answer.'),
  }),
  z.strictObject({
    type: z.literal('json').describe('What it answers with.'),
    ...common,
    output_schema: FileName.optional().describe(
      'A JSON Schema of the answers; any JSON if not given.',
    ),
  }),
])
export type FunctionTable = z.infer<typeof FunctionTable>

/** A tool that models may call. */
export const Tool = z.strictObject({
  description: z.string().describe('What it is for, in words for the model.'),
  parameters: FileName.describe('A JSON Schema of its arguments.'),
  name: Name.optional().describe('What providers know it by; its key if not given.'),
  strict: z.boolean().default(false).describe('The model must keep to the schema.'),
})
export type Tool = z.infer<typeof Tool>

/** What feedback measures. */
export const Metric = z.strictObject({
  type: z.enum(['boolean', 'float']).describe('What its values are.'),
  optimize: z.enum(['min', 'max']).describe('Which end is the better one.'),
  level: z.enum(['inference', 'episode']).describe('What it is said of.'),
  description: z.string().optional().describe('What it is for.'),
})
export type Metric = z.infer<typeof Metric>
