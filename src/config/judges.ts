import type { Json } from '../lib/json.ts'
import type { EvaluatorPlace } from './evaluators.ts'
import type { FunctionConfig, Schema, Variant } from './functions.ts'
import { atKey, error, type Finding, type Path } from './problems.ts'
import { defaultExperimentation } from './resolve-experimentation.ts'
import type { Workshop } from './resolve-schemas.ts'
import { resolveVariant } from './resolve-variants.ts'
import type { LlmJudge } from './schema-evaluators.ts'
import type { JudgeVariant, Variant as WrittenVariant } from './schema-variants.ts'

/** The json function by which an LLM judges: it gets what was asked and answered, and gives marks. */
export function judgeOf(written: LlmJudge, at: EvaluatorPlace, shop: Workshop): FunctionConfig {
  shop.findings.push(...checkActive(written, at))
  const schemas =
    written.input_format === 'serialized' ? [['user', schemaOf(INPUT, shop)] as const] : []
  const owner = {
    name: at.functionName,
    type: 'json',
    hasTools: false,
    schemas: new Map(schemas),
  } as const
  const isLone = Object.keys(written.variants).length === 1
  const variants = new Map<string, Variant>()
  for (const [name, variant] of Object.entries(written.variants)) {
    const path = [...at.path, 'variants', name]
    const asVariant = toVariant(variant, path, written.input_format, shop)
    const made = resolveVariant(asVariant, { name, path, owner }, shop)
    const weight = (isLone || variant.active === true) && variant.active !== false ? 1 : 0
    variants.set(name, Object.freeze({ ...made, weight }))
  }
  return Object.freeze({
    name: at.functionName,
    type: 'json',
    description: written.description ?? null,
    variants,
    schemas: new Map(schemas),
    tools: Object.freeze([]),
    toolChoice: { mode: 'none' } as const,
    parallelToolCalls: null,
    outputSchema: schemaOf(marksOf(written.output_type), shop),
    experimentation: defaultExperimentation(variants.values()),
    experimentationOf: new Map(),
    evaluators: {},
  })
}

function checkActive({ variants }: LlmJudge, { name, path, around }: EvaluatorPlace): Finding[] {
  const all = Object.values(variants)
  const active = all.filter((variant) => variant.active === true).length
  const must = `Evaluator \`${name}\` in ${around} must have exactly 1 variant that is active.`
  const place = atKey([...path, 'variants'])
  if (all.length > 1 && active !== 1) {
    const message = `${must} Found ${active} variants with nonzero weights.`
    return [error('active_variants', message, place, 'active = true')]
  }
  const isOff = all.length === 1 && all[0]?.active === false
  if (!isOff) return []
  return [error('active_variants', `${must} You have specified a single inactive variant.`, place)]
}

/** Judges have instructions where variants have templates; all else is the same. */
function toVariant(
  written: JudgeVariant,
  path: Path,
  format: LlmJudge['input_format'],
  shop: Workshop,
): WrittenVariant {
  if ('k' in written) {
    const { active: _, ...rest } = written
    return { ...rest, json_mode: rest.json_mode ?? 'strict' }
  }
  if ('evaluator' in written) {
    const { active: _, evaluator, ...rest } = written
    return { ...rest, evaluator: toPrompting(evaluator, [...path, 'evaluator'], format, shop) }
  }
  if ('fuser' in written) {
    const { active: _, fuser, ...rest } = written
    return { ...rest, fuser: toPrompting(fuser, [...path, 'fuser'], format, shop) }
  }
  return toPrompting(written, path, format, shop)
}

type Instructed = Exclude<JudgeVariant, { candidates: string[] } | { k: number }>

function toPrompting<Written extends Omit<Instructed, 'type'>>(
  written: Written,
  path: Path,
  format: LlmJudge['input_format'],
  shop: Workshop,
) {
  const { active: _, system_instructions: instructions, ...rest } = written
  const given = shop.texts.get([...path, 'system_instructions'])
  if (given) shop.texts.set([...path, 'system_template'], given)
  const isSerialized = format === 'serialized'
  if (isSerialized) shop.texts.set([...path, 'user_template'], USER_TEMPLATE)
  return {
    ...rest,
    templates: {},
    system_template: instructions,
    ...(isSerialized && { user_template: USER_TEMPLATE.path }),
  }
}

const USER_TEMPLATE = {
  path: 'tensorzero::llm_judge::user',
  text: `# Input

{{ input }}

# Generated output

{{ generated_output }}
{%- if reference_output %}

# Reference output

{{ reference_output }}
{%- endif %}
`,
}

const INPUT: Json = {
  type: 'object',
  properties: {
    input: { type: 'string' },
    generated_output: { type: 'string' },
    reference_output: { type: ['string', 'null'] },
  },
  required: ['input', 'generated_output', 'reference_output'],
  additionalProperties: false,
}

function marksOf(type: LlmJudge['output_type']): Json {
  return {
    type: 'object',
    properties: { score: { type: type === 'float' ? 'number' : 'boolean' } },
    required: ['score'],
    additionalProperties: false,
  }
}

function schemaOf(json: Json, { compileSchema }: Workshop): Schema {
  return Object.freeze({ json, check: compileSchema(json) })
}
