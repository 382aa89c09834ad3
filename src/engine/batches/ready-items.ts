import type { Config } from '../../config/config.ts'
import type { FunctionConfig } from '../../config/functions.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { ModelCall } from '../ask.ts'
import type { Engine } from '../engine.ts'
import { noteTask } from '../functions/note-task.ts'
import { storeFiles } from '../functions/store-files.ts'
import type { Task, TaskTrace } from '../functions/task.ts'
import { validateInput } from '../functions/validate-input.ts'
import { checkEpisode, checkJsonTool } from '../functions/validate-task.ts'

/** A batch as a client asks for it. */
export interface BatchAsk {
  readonly functionName: string
  readonly variantName: string | null
  /** At least one. */
  readonly items: readonly AskedItem[]
  readonly credentials: ModelCall['credentials']
}

interface AskedItem {
  readonly task: Task
  /** Null: it begins one. */
  readonly episodeId: string | null
  readonly tags: Readonly<Record<string, string>>
}

/** A request of a batch that nothing is wrong with. */
export interface ReadyItem {
  readonly id: string
  readonly episodeId: string
  readonly tags: Record<string, string>
  readonly warnings: readonly string[]
  /** With its files. */
  readonly task: Task
  readonly noted: TaskTrace
}

/** Refuses a batch in which any request is wrong. Throws `GatewayError` (400). */
export async function readyItems(
  engine: Engine,
  config: Config,
  fn: FunctionConfig,
  { items }: BatchAsk,
): Promise<ReadyItem[]> {
  if (fn.variants.size === 0) {
    throw new GatewayError('internal', `Function \`${fn.name}\` has no variants`)
  }
  const asked = items.map((item) => ({ ...item, noted: noteTask(config, fn, item.task) }))
  for (const [index, item] of items.entries()) checkItem(engine, fn, index, item)
  // Only now: of a batch that is refused, no file is kept.
  const ready: ReadyItem[] = []
  for (const { task: given, noted, episodeId, tags } of asked) {
    const warnings: string[] = []
    const task = await storeFiles(engine, { warnings, ask: { dryrun: false } }, given)
    noted.task = task
    const names = { id: engine.ids.next(), episodeId: episodeId ?? engine.ids.next() }
    ready.push({ ...names, tags: { ...tags }, warnings, task, noted })
  }
  return ready
}

function checkItem(
  engine: Engine,
  fn: FunctionConfig,
  index: number,
  { task, episodeId }: AskedItem,
): void {
  try {
    if (episodeId !== null) checkEpisode(episodeId, engine.clock.now())
    checkJsonTool(fn, task)
    validateInput(fn, task.input, engine.config().gateway.debug)
  } catch (thrown) {
    const { code, message, context } = GatewayError.from(thrown)
    throw new GatewayError(code, `Input at index ${index} failed validation: ${message}`, context)
  }
}
