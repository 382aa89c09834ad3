import type { Config } from '../../config/config.ts'
import type { FunctionConfig } from '../../config/functions.ts'
import { Collector } from '../../domain/collect.ts'
import type { Task, TaskTrace } from './task.ts'
import { setUpTools } from './tools.ts'

/** A task at its beginning. Throws `GatewayError` (400) for tools and schemas that cannot be. */
export function noteTask(config: Config, fn: FunctionConfig, task: Task): TaskTrace {
  return {
    task,
    fn,
    variantName: '',
    tools: setUpTools(config, fn, task.tools),
    outputSchema:
      task.outputSchema === null
        ? fn.outputSchema
        : config.compileSchema(task.outputSchema, '`output_schema`'),
    params: {},
    collector: new Collector(),
    thinking: null,
  }
}
