import type { Config } from '../../config/config.ts'
import type { FunctionConfig, Variant } from '../../config/functions.ts'
import type { Part } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { Ask } from '../ask.ts'
import type { Reply } from '../call.ts'
import type { Engine } from '../engine.ts'
import { checkTaskFilters } from '../patches.ts'
import type { Trace } from '../trace.ts'
import { allVariantsFailed } from './all-failed.ts'
import { withParts } from './answers.ts'
import { defaultFunction } from './default-function.ts'
import { runVariant } from './run-variant.ts'
import { drawnVariant, only, pinnedVariant, type VariantChoice } from './choose-variant.ts'
import { functionNamed } from './function-named.ts'
import { LateFiles } from './late-files.ts'
import { noteTask } from './note-task.ts'
import type { Task, TaskTrace } from './task.ts'
import { storeFiles } from './store-files.ts'
import { usageOf } from './totals.ts'
import { checkEpisode, checkJsonTool } from './validate-task.ts'
import { validateInput } from './validate-input.ts'
import { checkNamespace, unknownModel } from './variant-context.ts'

interface TaskContext {
  readonly engine: Engine
  readonly config: Config
  readonly trace: Trace
  readonly ask: Ask
  readonly task: Task
}

/**
 * Answers in the name of a function: checks the input, lets the experiment choose a variant, and
 * another one while they fail. A variant that the request names has no other in its place.
 */
export async function answerTask(context: TaskContext): Promise<Reply> {
  const { config, task, trace, ask, engine } = context
  checkEpisode(trace.episodeId, engine.clock.now())
  const fn = functionOf(context)
  if (fn.variants.size === 0 && task.dynamicVariant === null) {
    throw new GatewayError('internal', `Function \`${fn.name}\` has no variants`)
  }
  checkJsonTool(fn, task)
  const { dynamicVariant } = task
  const dynamic = dynamicVariant === null ? null : config.readVariant(fn.name, dynamicVariant)
  const variants = dynamic ? new Map([...fn.variants, [dynamic.name, dynamic]]) : fn.variants
  validateInput({ variants, schemas: fn.schemas }, task.input, config.gateway.debug)
  checkTaskFilters(config, fn, ask)
  if (dynamic && !ask.dryrun) throw refuse(NEEDS_DRYRUN)
  const noted = noteTask(config, fn, task)
  trace.task = noted
  const choice = choiceOf(context, fn, dynamic)
  const late = new LateFiles(engine.clock, trace.warnings)
  const kept = await storeFiles(engine, { warnings: trace.warnings, ask, late }, task)
  if (late.all) noted.late = late
  noted.task = kept
  return collected(context, noted, await answerFrom({ ...context, task: kept }, noted, choice))
}

const NEEDS_DRYRUN =
  'If `internal_dynamic_variant_config` is used, `dryrun` must also be set to true'

function functionOf({ config, task, ask }: TaskContext): FunctionConfig {
  if (task.functionName === null) {
    const model = config.model(ask.model)
    if (!model) throw unknownModel(ask.model)
    checkNamespace('model', model.name, model.namespace, task.namespace)
    return defaultFunction(ask.model)
  }
  return functionNamed(config, task.functionName, 'function_name')
}

function choiceOf(
  context: TaskContext,
  fn: FunctionConfig,
  dynamic: Variant | null,
): VariantChoice {
  const { config, engine, task, trace } = context
  if (task.variantName !== null && dynamic) {
    throw refuse('`variant_name` and `internal_dynamic_variant_config` cannot both be set.')
  }
  if (dynamic) return only(dynamic)
  if (task.variantName !== null) {
    const pinned = pinnedVariant(fn, task.variantName)
    trace.tags['tensorzero::variant_pinned'] = pinned.name
    return only(pinned)
  }
  const { episodeId, ask, inferred } = trace
  const asker = { episodeId, fresh: ask.episodeId === null && !inferred, dryrun: ask.dryrun }
  return drawnVariant(fn, task.namespace, { config, experiments: engine.experiments, asker })
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}

async function answerFrom(
  context: TaskContext,
  noted: TaskTrace,
  choice: VariantChoice,
): Promise<Reply> {
  const { engine, task, ask } = context
  const errors = new Map<string, GatewayError>()
  for (;;) {
    const variant = await choice.next()
    if (!variant) break
    noted.variantName = variant.name
    try {
      checkNamespace('variant', variant.name, variant.namespace, task.namespace)
      const startedUs = engine.clock.us()
      const run = { ...context, noted, variant, startedUs, candidate: null }
      return await runVariant(run, ask.stream)
    } catch (thrown) {
      const error = GatewayError.from(thrown)
      if (choice.alone || isFinal(error)) throw error
      errors.set(variant.name, error)
    }
  }
  throw allVariantsFailed(errors)
}

/** The client has gone, or the fault is ours: no other variant would do better. */
function isFinal({ code }: GatewayError): boolean {
  return code === 'client_gone' || code === 'internal' || code === 'interrupted'
}

/** Notes what goes by, and says at the end what all calls together have used. */
function collected({ trace }: TaskContext, noted: TaskTrace, reply: Reply): Reply {
  const pass = (parts: readonly Part[]): readonly Part[] => {
    const kept = parts.filter((part) => part.type !== 'usage')
    for (const part of kept) noted.collector.add(part)
    return kept
  }
  return withParts(reply, pass, () => {
    const usage = usageOf(trace)
    return usage ? [usage] : []
  })
}
