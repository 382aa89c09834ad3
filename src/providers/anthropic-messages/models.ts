/** What a Claude can do that its siblings cannot. Source: Claude docs, "Models" and "Effort". */
export interface ModelFacts {
  /** It chooses itself how much to think, and is told an effort instead of a number. */
  readonly adaptive: boolean
  /** It refuses a budget for its thoughts, and every sampling parameter. */
  readonly adaptiveOnly: boolean
  /** It cannot be told not to think. */
  readonly alwaysThinks: boolean
  /** The most it can write in one answer. */
  readonly maxTokens: number
}

const NAME = /claude-(opus|sonnet|haiku|fable|mythos)-(\d|preview)(?:[-.](\d)(?!\d))?/

/** Facts by the model's name, as Anthropic and the hosts of its models write it. */
export function factsOf(model: string): ModelFacts {
  const [, family = '', major = '', minor = '0'] = NAME.exec(model) ?? []
  const alwaysThinks = family === 'fable' || family === 'mythos'
  const version = Number(major) * 10 + Number(minor)
  return {
    adaptive: alwaysThinks || version >= 46,
    adaptiveOnly: alwaysThinks || version >= 47,
    alwaysThinks,
    maxTokens: maxTokensOf(model, family, alwaysThinks ? 50 : version),
  }
}

function maxTokensOf(model: string, family: string, version: number): number {
  // Models of others that are served in Anthropic's format: many write no more.
  if (!model.includes('claude')) return 8192
  if (/claude-3[-.]5/.test(model)) return 8192
  if (/claude-3-(haiku|opus|sonnet)/.test(model)) return 4096
  if (family === 'opus' && version <= 41) return 32_000
  if (version >= 47 || (family === 'opus' && version >= 46)) return 128_000
  return 64_000
}
