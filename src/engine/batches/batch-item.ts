import type { VariantParams } from '../../config/functions.ts'
import type { KeptItem } from '../../domain/batch.ts'
import type { Task } from '../functions/task.ts'

/** One request of a batch: all that its record will need once the answer is there. */
export interface BatchItem extends KeptItem {
  /** Of the one call that is made for it. */
  readonly attemptId: string
  readonly warnings: readonly string[]
  readonly task: Task
  readonly params: VariantParams
  /** The answer is what a tool is called with (json mode `tool`). */
  readonly answersByTool: boolean
}
