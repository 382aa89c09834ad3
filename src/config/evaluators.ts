import type { MetricConfig } from './functions.ts'
import { atKey, atValue, error, type Finding, type Path } from './problems.ts'
import type { ConfigFile } from './schema.ts'
import type { Evaluator } from './schema-evaluators.ts'

/** Where an evaluator is written, and what it is known by. */
export interface EvaluatorPlace {
  readonly name: string
  readonly path: Path
  /** As messages name its surroundings: `[evaluations.haiku]`. */
  readonly around: string
  /** `tensorzero::llm_judge::…` */
  readonly functionName: string
  /** `tensorzero::evaluation_name::…` */
  readonly metricName: string
}

/** All evaluators with their places, those of functions and those of old evaluations. */
export function evaluatorsIn(file: ConfigFile, findings: Finding[]): [EvaluatorPlace, Evaluator][] {
  const names = Object.keys(file.functions)
  const ofFunctions = Object.entries(file.functions).flatMap(([owner, { evaluators }]) =>
    Object.entries(evaluators).map(([name, evaluator]): [EvaluatorPlace, Evaluator] => [
      evaluatorOfFunction(owner, name),
      evaluator,
    ]),
  )
  const ofEvaluations = Object.entries(file.evaluations).flatMap(([evaluation, written]) => {
    findings.push(...checkEvaluation(evaluation, written.function_name, names))
    return Object.entries(written.evaluators).map(
      ([name, evaluator]): [EvaluatorPlace, Evaluator] => [
        evaluatorOfEvaluation(evaluation, name),
        evaluator,
      ],
    )
  })
  const all = [...ofFunctions, ...ofEvaluations]
  for (const [at] of all) findings.push(...checkEvaluatorNames(at))
  return all
}

/** The metric that an evaluator's marks are kept under. */
export function metricOf(written: Evaluator, { metricName }: EvaluatorPlace): MetricConfig {
  const isOwn = 'output_type' in written
  return Object.freeze({
    name: metricName,
    type: isOwn ? written.output_type : 'boolean',
    optimize: isOwn ? written.optimize : 'max',
    level: 'inference',
    description: null,
  })
}

/** Where the evaluators of a function are. */
function evaluatorOfFunction(owner: string, name: string): EvaluatorPlace {
  return {
    name,
    path: ['functions', owner, 'evaluators', name],
    around: `\`[functions.${owner}.evaluators]\``,
    functionName: `tensorzero::llm_judge::function_name::${owner}::${name}`,
    metricName: `tensorzero::function_name::${owner}::evaluator_name::${name}`,
  }
}

/** Where the evaluators of an old evaluation are. */
function evaluatorOfEvaluation(evaluation: string, name: string): EvaluatorPlace {
  return {
    name,
    path: ['evaluations', evaluation, 'evaluators', name],
    around: `\`[evaluations.${evaluation}]\``,
    functionName: `tensorzero::llm_judge::${evaluation}::${name}`,
    metricName: `tensorzero::evaluation_name::${evaluation}::evaluator_name::${name}`,
  }
}

/** What holds of evaluators' names and what evaluations name. */
function checkEvaluatorNames({ name, path, around }: EvaluatorPlace): Finding[] {
  if (!name.includes('::')) return []
  const message = `Evaluator names cannot contain "::" (referenced in ${around})`
  return [error('reserved_name', message, atKey(path), 'choose another name')]
}

/** The same of evaluations, and of the function that they name. */
function checkEvaluation(
  name: string,
  functionName: string,
  functions: readonly string[],
): Finding[] {
  const path = ['evaluations', name]
  const findings: Finding[] = []
  if (name.includes('::')) {
    const message = `evaluation names cannot contain "::" (referenced in \`[evaluations.${name}]\`)`
    findings.push(error('reserved_name', message, atKey(path), 'choose another name'))
  }
  if (!functions.includes(functionName)) {
    const message = `Function \`${functionName}\` not found (referenced in \`[evaluations.${name}]\`)`
    findings.push(error('unknown_function', message, atValue([...path, 'function_name'])))
  }
  return findings
}
