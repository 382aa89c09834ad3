import { z } from 'zod'
import type { ProviderTool, Tool, ToolChoice } from '../../domain/chat.ts'
import type { BodyPatch, HeaderPatch } from '../../domain/patch.ts'
import { oneOf, struct } from '../serde.ts'
import { compact } from '../compact.ts'
import { readFilter } from './patch-filter.ts'

// The fields that TensorZero's own API and its keys in OpenAI's dialect have in common.

const MAX_CREDENTIAL = 8192
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Any UUID: which of them may name an episode is checked when its time is known. */
export const EpisodeId = z
  .string()
  .regex(UUID, 'UUID parsing failed: this is no UUID')
  .transform((id) => id.toLowerCase())

export const Namespace = z
  .string()
  .min(1, 'Namespace identifier cannot be empty')
  .refine((name) => !name.startsWith('tensorzero::'), {
    error: ({ input }) => `Namespace cannot start with \`tensorzero::\`: ${String(input)}`,
  })

export const Tags = z.record(z.string(), z.string())

export const Credentials = z.record(
  z.string(),
  z
    .string()
    .max(MAX_CREDENTIAL)
    .regex(/^[^\r\n\0]*$/),
)

/** Other keys are passed over, as TensorZero does here alone. */
export const CacheOptions = z.object({
  enabled: oneOf(['on', 'off', 'read_only', 'write_only']).optional(),
  max_age_s: z.int().min(0).nullish(),
})

export const Params = struct({
  chat_completion: struct({
    temperature: z.number().nullish(),
    max_tokens: z.int().min(0).nullish(),
    seed: z.int().min(0).nullish(),
    top_p: z.number().nullish(),
    presence_penalty: z.number().nullish(),
    frequency_penalty: z.number().nullish(),
    json_mode: oneOf(['off', 'on', 'strict', 'tool']).nullish(),
    stop_sequences: z.array(z.string()).nullish(),
    reasoning_effort: z.string().nullish(),
    service_tier: oneOf(['auto', 'default', 'priority', 'flex']).nullish(),
    thinking_budget_tokens: z.int().nullish(),
    verbosity: z.string().nullish(),
  }).optional(),
})

/** Whom a change is for: see `readFilter`. */
const FILTER = {
  variant_name: z.string().optional(),
  model_name: z.string().optional(),
  provider_name: z.string().optional(),
  model_provider_name: z.string().optional(),
}

export const BodyPatches = z.array(
  z
    .union([
      z.strictObject({ pointer: z.string(), value: z.json(), ...FILTER }),
      z.strictObject({ pointer: z.string(), delete: z.literal(true), ...FILTER }),
    ])
    .transform((written, context): BodyPatch => {
      const { pointer } = written
      const filter = readFilter(written, context)
      if ('value' in written) return { pointer, value: written.value, ...filter }
      return { pointer, delete: true, ...filter }
    }),
)

export const HeaderPatches = z.array(
  z
    .union([
      z.strictObject({ name: z.string(), value: z.string(), ...FILTER }),
      z.strictObject({ name: z.string(), delete: z.literal(true), ...FILTER }),
    ])
    .transform((written, context): HeaderPatch => {
      const { name } = written
      const filter = readFilter(written, context)
      if ('value' in written) return { name, value: written.value, ...filter }
      return { name, delete: true, ...filter }
    }),
)

/** Tools that a provider runs itself, for all or for those of one model. */
export const ProviderTools = z.array(
  struct({
    scope: z
      .object({
        model_name: z.string().optional(),
        provider_name: z.string().nullish(),
        model_provider_name: z.string().nullish(),
      })
      .nullish(),
    tool: z.record(z.string(), z.json()),
  }).transform(({ scope, tool }): ProviderTool => {
    const { model_name: modelName, provider_name: short, model_provider_name: long } = scope ?? {}
    const providerName = short ?? long ?? undefined
    return { wire: '', data: tool, ...compact({ modelName, providerName }) }
  }),
)

/** The type may be left out; the second is an older name. */
export const FunctionToolType = z.enum(['function', 'client_side_function']).optional()

const FunctionTool = struct({
  type: FunctionToolType,
  name: z.string(),
  description: z.string(),
  parameters: z.json(),
  strict: z.boolean().optional(),
}).transform(({ name, description, parameters, strict }): Tool => {
  return { name, description, parameters, ...compact({ strict }) }
})

const CustomTool = struct({
  type: z.literal('openai_custom'),
  name: z.string(),
  description: z.string().nullish(),
  format: z.json().optional(),
}).transform(({ name, description, format }): Tool => {
  return {
    name,
    ...compact({ description: description ?? undefined }),
    custom: compact({ format }),
  }
})

export const AdditionalTools = z.array(z.union([FunctionTool, CustomTool]))

export const Choice = z
  .union([oneOf(['none', 'auto', 'required']), struct({ specific: z.string() })])
  .transform((choice): ToolChoice =>
    typeof choice === 'string' ? { mode: choice } : { mode: 'required', tool: choice.specific },
  )
