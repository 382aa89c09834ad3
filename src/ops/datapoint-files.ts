import type { Datapoint } from '../domain/datapoint.ts'
import type { Input } from '../domain/input.ts'
import { inputJson } from '../domain/native-blocks.ts'
import type { Engine } from '../engine/engine.ts'
import { keepInline } from '../engine/functions/store-files.ts'

/**
 * The datapoints with the files of their new inputs named by where they are now kept. `inputs` are
 * in the same order; what has none is as it was.
 */
export async function withKeptFiles(
  engine: Pick<Engine, 'files'>,
  datapoints: readonly Datapoint[],
  inputs: readonly (Input | undefined)[],
): Promise<Datapoint[]> {
  const kept: Datapoint[] = []
  for (const [index, datapoint] of datapoints.entries()) {
    const input = inputs[index]
    const found = input && (await keepInline(engine, input))
    kept.push(found ? { ...datapoint, input: inputJson(found) } : datapoint)
  }
  return kept
}
