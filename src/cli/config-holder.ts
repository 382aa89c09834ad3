import type { Config } from '../config/config.ts'
import { loadConfig, type LoadOptions } from '../config/load.ts'
import { formatProblem, type Problem } from '../config/problems.ts'
import { type ConfigWatch, watchConfig } from '../config/watch.ts'
import type { Log } from '../lib/log.ts'
import { providers } from '../providers/index.ts'
import type { Arguments, Env } from './arguments.ts'
import { configSources } from './environment.ts'

/** The configuration in use. A new valid one takes its place whole; an invalid one is only told of. */
export class ConfigHolder {
  config: Config
  /** Why the newest files were refused; null while they are in use. */
  error: string | null = null
  /** Told of each configuration that comes into use later. */
  onChange: (config: Config) => void = () => {}
  readonly #log: Log
  #watch: ConfigWatch | undefined

  private constructor(config: Config, log: Log) {
    this.config = config
    this.#log = log
  }

  /** Throws a `ConfigError` when the first configuration is invalid. */
  static async open(args: Arguments, env: Env, log: Log): Promise<ConfigHolder> {
    const load: LoadOptions = { sources: configSources(args), env, providers }
    const { config, warnings } = await loadConfig(load)
    const holder = new ConfigHolder(config, log)
    holder.#warn(warnings)
    if (load.sources.length > 0) holder.#follow(load)
    return holder
  }

  async reload(): Promise<void> {
    await this.#watch?.reload()
  }

  close(): void {
    this.#watch?.close()
  }

  #follow(load: LoadOptions): void {
    this.#watch = watchConfig({
      load,
      current: this.config,
      onChange: (config, summary, warnings) => {
        this.config = config
        this.error = null
        this.#log.info(`reloaded · ${summary}`, { config: config.hash.slice(0, 8) })
        this.#warn(warnings)
        this.onChange(config)
      },
      onError: (problems) => {
        this.error = problems.map(format).join('\n')
        this.#log.error('the new configuration is invalid, the old one stays in use')
        process.stderr.write(`${this.error}\n`)
      },
    })
  }

  #warn(warnings: readonly Problem[]): void {
    for (const problem of warnings) process.stderr.write(`${format(problem)}\n`)
  }
}

function format(problem: Problem): string {
  return formatProblem(problem, { color: false })
}
