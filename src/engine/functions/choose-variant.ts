import type { Experimentation, FunctionConfig, Variant } from '../../config/functions.ts'
import type { Engine } from '../engine.ts'
import { drawOf, drawUniform, drawWeighted } from './sampling.ts'

/** Gives variants one after the other, as long as those before have failed. */
export interface VariantChoice {
  /** There is only this one: its error is the request's error. */
  readonly alone: boolean
  next(): Promise<Variant | undefined>
}

interface Chooser {
  readonly engine: Engine
  readonly fn: FunctionConfig
  readonly episodeId: string
  readonly namespace: string | null
}

/** The choice that the function's experiment makes for an episode. */
export function openChoice(
  engine: Engine,
  fn: FunctionConfig,
  of: { readonly episodeId: string; readonly namespace: string | null },
): VariantChoice {
  const experiment = experimentOf(fn, of.namespace)
  const tried = new Set<string>()
  const next = async () => {
    const name = await choose({ engine, fn, ...of }, experiment, tried)
    if (name === undefined) return undefined
    tried.add(name)
    return fn.variants.get(name)
  }
  return { alone: false, next }
}

/** A namespace may have an experiment of its own. */
export function experimentOf(fn: FunctionConfig, namespace: string | null): Experimentation {
  if (namespace === null) return fn.experimentation
  return fn.experimentationOf.get(namespace) ?? fn.experimentation
}

async function choose(
  chooser: Chooser,
  experiment: Experimentation,
  tried: ReadonlySet<string>,
): Promise<string | undefined> {
  const { engine, fn, episodeId } = chooser
  const draw = drawOf(fn.name, episodeId)
  const fallback = () => experiment.fallbackVariants.find((name) => !tried.has(name))
  if (experiment.type === 'adaptive') {
    const chosen = await engine.experiments.choose({ ...chooser, experiment, tried })
    return chosen ?? fallback()
  }
  const active = new Map([...experiment.weights].filter(([name]) => !tried.has(name)))
  const sampled = experiment.uniform
    ? drawUniform([...active.keys()], draw)
    : drawWeighted(active, draw)
  return sampled ?? fallback()
}
