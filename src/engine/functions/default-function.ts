import type { ChatVariant, FunctionConfig } from '../../config/functions.ts'

/** The name under which direct calls of models are kept. */
export const DEFAULT_FUNCTION = 'tensorzero::default'

/** The function that a model by its name is: one variant, named as the model is. */
export function defaultFunction(model: string): FunctionConfig {
  const variant: ChatVariant = {
    type: 'chat_completion',
    name: model,
    weight: null,
    timeouts: { totalMs: null, ttftMs: null, streamTotalMs: null, idleMs: null },
    namespace: null,
    model,
    templates: new Map(),
    wrappers: new Map(),
    params: {},
    jsonMode: null,
    retries: { numRetries: 0, maxDelayMs: 10_000 },
    extraBody: [],
    extraHeaders: [],
  }
  return {
    name: DEFAULT_FUNCTION,
    type: 'chat',
    description: null,
    variants: new Map([[model, variant]]),
    schemas: new Map(),
    tools: [],
    toolChoice: { mode: 'auto' },
    parallelToolCalls: null,
    outputSchema: null,
    experimentation: {
      type: 'static',
      uniform: true,
      weights: new Map([[model, 1]]),
      fallbackVariants: [],
    },
    experimentationOf: new Map(),
    evaluators: {},
  }
}
