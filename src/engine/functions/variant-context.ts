import type { Config, Model, Retries } from '../../config/config.ts'
import type { Prompting, Variant, VariantParams } from '../../config/functions.ts'
import type { ChatRequest } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import { asObject } from '../../lib/json.ts'
import { answerOf } from '../attempts.ts'
import type { Ask } from '../ask.ts'
import type { Reply } from '../call.ts'
import type { Engine } from '../engine.ts'
import type { Trace } from '../trace.ts'
import { encodeForPlace, inputOfCall, type Told } from './chat-request.ts'
import type { Rendered } from './render.ts'
import type { Task, TaskTrace } from './task.ts'

/** What a variant is run with. */
export interface VariantContext {
  readonly engine: Engine
  readonly config: Config
  readonly trace: Trace
  readonly ask: Ask
  readonly task: Task
  readonly noted: TaskTrace
  readonly variant: Variant
  /** When it began, µs. */
  readonly startedUs: number
  /** Of a candidate: it must be whole, and is set apart from its like. */
  readonly candidate: number | null
}

/** The variant's parameters, with the request's in their place. */
function paramsFor({ task }: Pick<VariantContext, 'task'>, prompting: Prompting): VariantParams {
  const { json_mode: _mode, ...own } = task.params
  return { ...prompting.params, ...own }
}

/** What a variant tells its model: its own settings, with the request's in their place. */
export function tellingOf(
  context: Pick<VariantContext, 'task' | 'noted'>,
  prompting: Prompting,
  rendered: Rendered,
): Told {
  return {
    rendered,
    params: paramsFor(context, prompting),
    jsonMode: context.task.params.json_mode ?? prompting.jsonMode,
    outputSchema: context.noted.outputSchema,
  }
}

/** Asks a variant's model. */
export async function askModel(
  context: VariantContext,
  prompting: Prompting,
  { chat, told, stream }: { chat: ChatRequest; told: Told; stream: boolean },
): Promise<Reply> {
  const { engine, trace, ask, variant, task } = context
  const { task: _task, ...base } = ask
  const model = modelFor(context, prompting.model)
  trace.model = model.name
  return answerOf(engine, trace, {
    model,
    retries: retriesOf(prompting, model),
    ask: {
      ...base,
      operation: 'chat',
      relay: false,
      stream,
      ...(task.asIs ? asItCame(ask) : inNouns(prompting)),
      keepsEvents: stream && keepsEvents(ask),
      encodeFor: (place, target) => encodeForPlace(chat, place, target),
      variant: {
        name: variant.name,
        timeouts: variant.timeouts,
        startedUs: context.startedUs,
        extraBody: prompting.extraBody,
        extraHeaders: prompting.extraHeaders,
        input: inputOfCall(told),
        candidate: context.candidate,
      },
    },
  })
}

/** The client's own words serve a provider that speaks its dialect. */
function asItCame({ json, wire, verbatim, requestedModel }: Ask) {
  const usage = asObject(json['stream_options'])?.['include_usage']
  return { wire, verbatim, requestedModel, wantsUsage: usage === true }
}

function inNouns({ model }: Prompting) {
  return { wire: null, verbatim: false, requestedModel: model, wantsUsage: true }
}

function keepsEvents({ include }: Ask): boolean {
  return include?.rawResponse === true || include?.originalResponse === true
}

/** A variant's own retries stand for the model's, unless it asks for none. */
function retriesOf({ retries }: Prompting, model: Model): Retries {
  return retries.numRetries > 0 ? retries : model.retries
}

export function modelFor(
  { config, task }: { readonly config: Config; readonly task: Pick<Task, 'namespace'> },
  name: string,
): Model {
  const model = config.model(name)
  if (!model) throw unknownModel(name)
  checkNamespace('model', name, model.namespace, task.namespace)
  return model
}

export function unknownModel(name: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `Invalid inference target: Invalid model name: Model name '${name}' not found in model table`,
    { param: 'model_name' },
  )
}

/** What belongs to a namespace serves its requests alone. */
export function checkNamespace(
  what: string,
  name: string,
  owner: string | null,
  asked: string | null,
): void {
  if (owner === null || owner === asked) return
  const given = asked === null ? 'no namespace' : `the namespace \`${asked}\``
  throw new GatewayError(
    'invalid_request',
    `The ${what} \`${name}\` belongs to the namespace \`${owner}\`, but the request has ${given}.`,
    { param: 'namespace' },
  )
}
