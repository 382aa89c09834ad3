import type { Config } from '../../config/config.ts'
import type { FunctionConfig } from '../../config/functions.ts'
import type { Clock } from '../../lib/clock.ts'
import type { StoreClient } from '../../store/client.ts'
import { drawWeighted } from '../functions/sampling.ts'
import { EpisodeVariants } from './episode-variants.ts'
import { type Adaptive, blankStanding, type Experiment, reckon, type Standing } from './standing.ts'

export type { Experiment } from './standing.ts'

interface ExperimentsOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly stored: StoreClient | null
}

/** Whose variant is wanted. */
interface Drawing {
  readonly experiment: Experiment
  readonly episodeId: string
  /** The episode's id was made for this very request: nobody has drawn for it before. */
  readonly fresh: boolean
  readonly dryrun: boolean
}

/**
 * The adaptive experiments: where each stands, and which variant an episode has. Reckons one anew
 * when it is used and its time has come, in the background: there is nothing to do for what is idle.
 */
export class Experiments {
  readonly #options: ExperimentsOptions
  readonly #entries = new Map<string, Entry>()
  readonly #episodes: EpisodeVariants

  constructor(options: ExperimentsOptions) {
    this.#options = options
    this.#episodes = new EpisodeVariants(options.stored)
  }

  /** Where it stands, at most about twice its update period ago. */
  async standing(experiment: Experiment): Promise<Standing> {
    const entry = this.#entryOf(experiment)
    const age = this.#options.clock.now() - (entry.standing?.at ?? 0)
    const period = experiment.rule.updatePeriodMs
    if (entry.standing === null || age >= 2 * period || age < 0) await this.#refresh(entry)
    else if (age >= period) void this.#refresh(entry)
    return entry.standing ?? blankStanding(experiment, this.#options.clock.now(), null)
  }

  /** An episode's variant: drawn once, and then the same. */
  async variantOf({ experiment, episodeId, fresh, dryrun }: Drawing): Promise<string | undefined> {
    const { functionName, namespace, rule } = experiment
    const { decision } = await this.standing(experiment)
    return this.#episodes.variant(`${functionName}\n${namespace ?? ''}\n${episodeId}`, {
      candidates: rule.candidateVariants,
      draw: () => drawWeighted(decision.probabilities, this.#options.random()),
      fresh,
      dryrun,
    })
  }

  /** Another one, when those before have failed; undefined when none of the rest has a chance. */
  async another(experiment: Experiment, tried: ReadonlySet<string>): Promise<string | undefined> {
    const { decision } = await this.standing(experiment)
    const left = [...decision.probabilities].filter(([name]) => !tried.has(name))
    return drawWeighted(new Map(left), this.#options.random())
  }

  #entryOf(experiment: Experiment): Entry {
    const key = `${experiment.functionName}\n${experiment.namespace ?? ''}`
    const present = this.#entries.get(key)
    if (present?.experiment.rule === experiment.rule) return present
    // A configuration later: what was found out stays true of the variants that are still there.
    const same = present?.experiment.rule.metric === experiment.rule.metric
    const last = same ? (present?.standing?.decision.verdict ?? present?.last ?? null) : null
    const entry: Entry = { experiment, standing: null, refreshing: null, last }
    this.#entries.set(key, entry)
    return entry
  }

  #refresh(entry: Entry): Promise<void> {
    entry.refreshing ??= this.#reckon(entry).then((standing) => {
      entry.standing = standing
      entry.refreshing = null
    })
    return entry.refreshing
  }

  /** While nothing can be read, things stay as they are. */
  #reckon({ experiment, standing, last }: Entry): Promise<Standing> {
    const at = this.#options.clock.now()
    const before = standing ? standing.decision.verdict : last
    const unknown = () => (standing ? { ...standing, at } : blankStanding(experiment, at, before))
    const { stored } = this.#options
    if (!stored) return Promise.resolve(unknown())
    return reckon(experiment, stored, { at, last: before }).then(undefined, unknown)
  }
}

interface Entry {
  readonly experiment: Experiment
  standing: Standing | null
  refreshing: Promise<void> | null
  /** The verdict under the configuration before. */
  readonly last: Standing['decision']['verdict']
}

/** The experiment that a rule describes, of all requests or of those in a namespace with its own. */
export function experimentOf(
  { metrics }: Pick<Config, 'metrics'>,
  of: {
    readonly fn: FunctionConfig
    readonly rule: Adaptive
    readonly namespace: string | null
  },
): Experiment {
  const { fn, rule, namespace } = of
  const own = namespace !== null && fn.experimentationOf.get(namespace) === rule
  // The configuration was checked: there is such a metric.
  const metric = metrics.get(rule.metric) ?? { type: 'float', optimize: 'max' }
  return { functionName: fn.name, namespace: own ? namespace : null, rule, metric }
}
