import type { Experimentation, FunctionConfig, Variant } from '../../config/functions.ts'
import { notYet } from './not-yet.ts'
import { drawOf, drawUniform, drawWeighted } from './sampling.ts'

/** Gives variants one after the other, as long as those before have failed. */
export interface VariantChoice {
  /** There is only this one: its error is the request's error. */
  readonly alone: boolean
  next(): Variant | undefined
}

interface Chooser {
  readonly fn: FunctionConfig
  readonly episodeId: string
  readonly namespace: string | null
}

/** The choice that the function's experiment makes for an episode. */
export function openChoice(
  fn: FunctionConfig,
  of: { readonly episodeId: string; readonly namespace: string | null },
): VariantChoice {
  const experiment = experimentOf(fn, of.namespace)
  const tried = new Set<string>()
  const next = () => {
    const name = choose({ fn, ...of }, experiment, tried)
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

function choose(
  { fn, episodeId }: Chooser,
  experiment: Experimentation,
  tried: ReadonlySet<string>,
): string | undefined {
  if (experiment.type === 'adaptive') throw notYet('adaptive experiments')
  const draw = drawOf(fn.name, episodeId)
  const fallback = () => experiment.fallbackVariants.find((name) => !tried.has(name))
  const active = new Map([...experiment.weights].filter(([name]) => !tried.has(name)))
  const sampled = experiment.uniform
    ? drawUniform([...active.keys()], draw)
    : drawWeighted(active, draw)
  return sampled ?? fallback()
}
