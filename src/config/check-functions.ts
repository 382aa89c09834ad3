import type { Experimentation, FunctionConfig, Prompting, Variant } from './functions.ts'
import type { Model } from './config.ts'
import { suggest } from './nearest.ts'
import { atKey, atValue, dotted, error, type Finding, type Path, warning } from './problems.ts'
import { namesAt } from './resolve-functions.ts'
import type { Table } from './toml.ts'

/** What functions may name. Names of what was written with mistakes count as there. */
export interface Named {
  readonly tables: Table
  model(name: string): Model | undefined
  embeddingModel(name: string): Model | undefined
  /** By name: the namespace of a model that has one. */
  readonly namespaces: ReadonlyMap<string, string>
}

/** The rules that hold between functions and what they name. */
export function checkFunctions(
  functions: ReadonlyMap<string, FunctionConfig>,
  places: ReadonlyMap<string, Path>,
  named: Named,
): Finding[] {
  const findings = checkNames(named.tables)
  for (const [name, place] of places) {
    const definition = functions.get(name)
    if (definition === undefined) continue
    findings.push(...checkTools(definition, named.tables))
    for (const variant of definition.variants.values()) {
      const path = [...place, 'variants', variant.name]
      findings.push(...checkVariant(variant, path, definition, named))
      findings.push(...checkReach(variant, path, definition, named))
    }
  }
  return findings
}

const RESERVED_METRICS = new Set(['comment', 'demonstration'])

function checkNames(tables: Table): Finding[] {
  return [
    ...reserved(
      tables,
      'functions',
      () => 'User-defined function name cannot start with `tensorzero::`',
    ),
    ...reserved(
      tables,
      'metrics',
      (name) => `Metric name cannot start with 'tensorzero::': ${name}`,
    ),
    ...reserved(tables, 'tools', (name) => `Tool name cannot start with 'tensorzero::': ${name}`),
    ...reserved(
      tables,
      'embedding_models',
      (name) => `Embedding model name cannot start with 'tensorzero::': ${name}`,
    ),
    ...namesAt(tables, ['metrics'])
      .filter((name) => RESERVED_METRICS.has(name))
      .map((name) => {
        const message = `Metric name '${name}' is reserved and cannot be used`
        return error('reserved_name', message, atKey(['metrics', name]), 'choose another name')
      }),
  ]
}

function reserved(tables: Table, table: string, say: (name: string) => string): Finding[] {
  return namesAt(tables, [table])
    .filter((name) => name.startsWith('tensorzero::') || name === '')
    .map((name) => {
      const message = name === '' ? `every entry of [${table}] needs a name` : say(name)
      return error('reserved_name', message, atKey([table, name]), 'choose another name')
    })
}

function checkTools({ name, tools, toolChoice }: FunctionConfig, tables: Table): Finding[] {
  const known = namesAt(tables, ['tools'])
  const path = ['functions', name]
  const unknown = (tool: string, place: Path) => {
    const message = `\`functions.${name}.tools\`: tool \`${tool}\` is not present in the config`
    return error('unknown_tool', message, atValue(place), suggest(tool, known, 'tools'))
  }
  const findings = tools.flatMap((tool, index) =>
    known.includes(tool) ? [] : [unknown(tool, [...path, 'tools', index])],
  )
  const { tool: specific } = toolChoice
  if (specific !== undefined && !known.includes(specific)) {
    findings.push(unknown(specific, [...path, 'tool_choice', 'specific']))
  }
  return findings
}

function checkVariant(
  variant: Variant,
  path: Path,
  definition: FunctionConfig,
  named: Named,
): Finding[] {
  if (!('candidates' in variant)) {
    const findings = checkModel(variant, path, named)
    return variant.type === 'dicl'
      ? [...findings, ...checkEmbeddingModel(variant.embeddingModel, path, named)]
      : findings
  }
  const judge = variant.type === 'best_of_n' ? 'evaluator' : 'fuser'
  const known = namesAt(named.tables, path.slice(0, -1))
  const unknown = variant.candidates.flatMap((candidate, index) => {
    if (known.includes(candidate)) return []
    const message = `${dotted(path)}: candidate \`${candidate}\` not found`
    const place = atValue([...path, 'candidates', index])
    return [error('unknown_variant', message, place, suggest(candidate, known, 'its variants'))]
  })
  return [
    ...checkModel(variant.judge, [...path, judge], named),
    ...unknown,
    ...checkLoop(variant, path, definition),
    ...checkOldTimeout(variant, path, definition, named.tables),
  ]
}

function checkModel({ model }: Prompting, path: Path, named: Named): Finding[] {
  const written = namesAt(named.tables, ['models'])
  if (written.includes(model) || named.model(model) !== undefined) return []
  const message = `Model name '${model}' not found in model table`
  const help = suggest(model, written, 'models')
  return [error('unknown_model', message, atValue([...path, 'model']), help)]
}

function checkEmbeddingModel(name: string, path: Path, named: Named): Finding[] {
  const written = namesAt(named.tables, ['embedding_models'])
  if (written.includes(name) || named.embeddingModel(name) !== undefined) return []
  const message = `\`${dotted(path)}\`: \`embedding_model\` must be a valid embedding model name`
  const help = suggest(name, written, 'embedding models')
  return [error('unknown_model', message, atValue([...path, 'embedding_model']), help)]
}

/** A variant that is among its own candidates would ask itself for ever. */
function checkLoop(variant: Variant, path: Path, { variants }: FunctionConfig): Finding[] {
  const seen = new Set<string>()
  const wanted = candidatesOf(variant)
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (name === variant.name) {
      const message = `${dotted(path)}: it is among its own candidates`
      return [error('candidate_loop', message, atKey([...path, 'candidates']))]
    }
    if (seen.has(name)) continue
    seen.add(name)
    wanted.push(...candidatesOf(variants.get(name)))
  }
  return []
}

function candidatesOf(variant: Variant | undefined): string[] {
  return variant !== undefined && 'candidates' in variant ? [...variant.candidates] : []
}

function checkOldTimeout(
  variant: Variant,
  path: Path,
  { variants }: FunctionConfig,
  tables: Table,
): Finding[] {
  if (!('candidates' in variant) || variant.candidateTimeoutMs === null) return []
  const conflicting = variant.candidates.filter(
    (name) =>
      variants.has(name) && namesAt(tables, [...path.slice(0, -1), name, 'timeouts']).length > 0,
  )
  const place = atKey([...path, 'timeout_s'])
  const message = `\`timeout_s\` in ${dotted(path)} is deprecated. Please use \`[timeouts]\` on your candidate variants instead.`
  if (conflicting.length === 0) return [warning('deprecated', message, place)]
  return [...new Set(conflicting)].map((name) => {
    const reason = `${dotted(path)}: cannot use \`timeout_s\` when candidate \`${name}\` already has \`[timeouts]\` configured. Please remove \`timeout_s\` and configure timeouts directly on the candidate.`
    return error('conflict', reason, place)
  })
}

/** What has a namespace may only be chosen by requests in it. */
function checkReach(
  variant: Variant,
  path: Path,
  definition: FunctionConfig,
  named: Named,
): Finding[] {
  const what = `Variant \`${variant.name}\` of function \`${definition.name}\``
  const owned = modelsOf(variant, definition).flatMap((model) => {
    const namespace = named.namespaces.get(model)
    return namespace === undefined
      ? []
      : [
          {
            namespace,
            has: `uses model \`${model}\` which has namespace \`${namespace}\``,
            noun: 'model variants',
          },
        ]
  })
  if (variant.namespace !== null) {
    const { namespace } = variant
    owned.push({ namespace, has: `has namespace \`${namespace}\``, noun: 'variants' })
  }
  return owned.flatMap(({ namespace, has, noun }) =>
    reachedFrom(variant.name, namespace, definition).map((from) => {
      const message = `${what} ${has}, but the variant is reachable from ${from}. Namespaced ${noun} must only be reachable from a matching namespace experimentation config.`
      return error('namespace', message, atKey(path))
    }),
  )
}

function reachedFrom(
  variant: string,
  namespace: string,
  { experimentation, experimentationOf }: FunctionConfig,
): string[] {
  const others = [...experimentationOf].filter(
    ([name, rule]) => name !== namespace && canChoose(rule, variant),
  )
  return [
    ...(canChoose(experimentation, variant) ? ['the base experimentation config'] : []),
    ...others.map(([name]) => `namespace \`${name}\` experimentation config`),
  ]
}

function canChoose(rule: Experimentation, variant: string): boolean {
  const candidates = rule.type === 'static' ? [...rule.weights.keys()] : rule.candidateVariants
  return candidates.includes(variant) || rule.fallbackVariants.includes(variant)
}

/** Those of its candidates count too. */
function modelsOf(variant: Variant, { variants }: FunctionConfig): string[] {
  const models = new Set<string>()
  const seen = new Set<Variant>()
  const wanted: (Variant | undefined)[] = [variant]
  while (wanted.length > 0) {
    const next = wanted.pop()
    if (next === undefined || seen.has(next)) continue
    seen.add(next)
    models.add('candidates' in next ? next.judge.model : next.model)
    wanted.push(...candidatesOf(next).map((name) => variants.get(name)))
  }
  return [...models]
}
