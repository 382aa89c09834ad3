import type { Config } from '../../config/config.ts'
import type { Experimentation, FunctionConfig, Variant } from '../../config/functions.ts'
import { GatewayError } from '../../domain/errors.ts'
import { type Experiment, experimentOf, type Experiments } from '../experiments/experiments.ts'
import { drawOf, drawUniform, drawWeighted } from './sampling.ts'

/** Gives variants one after the other, as long as those before have failed. */
export interface VariantChoice {
  /** There is only this one: its error is the request's error. */
  readonly alone: boolean
  next(): Variant | undefined | Promise<Variant | undefined>
}

/** That one variant alone. */
export function only(variant: Variant): VariantChoice {
  let left: Variant | undefined = variant
  return {
    alone: true,
    next: () => {
      const next = left
      left = undefined
      return next
    },
  }
}

/** A variant that the request names. Throws `GatewayError` (404) where there is no such. */
export function pinnedVariant(fn: FunctionConfig, name: string): Variant {
  const pinned = fn.variants.get(name)
  if (pinned) return pinned
  throw new GatewayError('not_found', `Unknown variant: ${name}`, { param: 'variant_name' })
}

/** As the function's experiment says, or that of the request's namespace. */
export function drawnVariant(
  fn: FunctionConfig,
  namespace: string | null,
  by: { readonly config: Config; readonly experiments: Experiments; readonly asker: Asker },
): VariantChoice {
  const rule = ruleOf(fn, namespace)
  if (rule.type === 'static') return staticChoice(fn, { rule, episodeId: by.asker.episodeId })
  return adaptiveChoice(fn, experimentOf(by.config, { fn, rule, namespace }), by)
}

type Static = Extract<Experimentation, { type: 'static' }>

/** The choice that fixed weights make for an episode. */
export function staticChoice(
  fn: FunctionConfig,
  of: { readonly rule: Static; readonly episodeId: string },
): VariantChoice {
  const draw = drawOf(fn.name, of.episodeId)
  return choice(fn, (tried) => {
    const active = new Map([...of.rule.weights].filter(([name]) => !tried.has(name)))
    const sampled = of.rule.uniform
      ? drawUniform([...active.keys()], draw)
      : drawWeighted(active, draw)
    return sampled ?? of.rule.fallbackVariants.find((name) => !tried.has(name))
  })
}

/** Whose choice it is, beside the experiment. */
export interface Asker {
  readonly episodeId: string
  readonly fresh: boolean
  readonly dryrun: boolean
}

/**
 * The choice that an adaptive experiment makes for an episode. Where all that have a chance failed,
 * those go on that are listed as fallbacks, and then those that were found to be worse: any answer is
 * better than none.
 */
export function adaptiveChoice(
  fn: FunctionConfig,
  experiment: Experiment,
  { experiments, asker }: { readonly experiments: Experiments; readonly asker: Asker },
): VariantChoice {
  const { candidateVariants, fallbackVariants } = experiment.rule
  return choice(fn, async (tried) => {
    const drawn =
      tried.size === 0
        ? await experiments.variantOf({ experiment, ...asker })
        : await experiments.another(experiment, tried)
    return drawn ?? [...fallbackVariants, ...candidateVariants].find((name) => !tried.has(name))
  })
}

/** The rule that requests in a namespace follow: it may have one of its own. */
export function ruleOf(fn: FunctionConfig, namespace: string | null): Experimentation {
  if (namespace === null) return fn.experimentation
  return fn.experimentationOf.get(namespace) ?? fn.experimentation
}

type Name = string | undefined

function choice(
  fn: FunctionConfig,
  choose: (tried: ReadonlySet<string>) => Name | Promise<Name>,
): VariantChoice {
  const tried = new Set<string>()
  const take = (name: Name) => {
    if (name === undefined) return undefined
    tried.add(name)
    return fn.variants.get(name)
  }
  return {
    alone: false,
    next: () => {
      const chosen = choose(tried)
      return chosen instanceof Promise ? chosen.then(take) : take(chosen)
    },
  }
}
