import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { basename } from 'node:path'
import { summarizeChanges } from './changes.ts'
import type { Config } from './config.ts'
import { directoriesOf, readFromDisk, readSources } from './files.ts'
import type { Sources } from './files.ts'
import { buildConfig } from './load.ts'
import type { LoadOptions } from './load.ts'
import { ConfigError, formatPath } from './problems.ts'
import type { Problem } from './problems.ts'

export interface WatchOptions {
  readonly load: LoadOptions
  /** The configuration that runs now. */
  readonly current: Config
  /** A valid one has come, or a valid one is back after an invalid one. */
  onChange(config: Config, summary: string, warnings: readonly Problem[]): void
  /** What is in the files is invalid; the old configuration stays. Once for the same mistakes. */
  onError(problems: readonly Problem[]): void
  /** A directory cannot be watched: its changes come in only when a reload is asked for. */
  onWarning?(problem: Problem): void
  /** How long the files must have been quiet: editors write in several steps. */
  readonly quietMs?: number
}

export interface ConfigWatch {
  /** Loads again even if no file changed, key files and environment too, and reports either way. */
  reload(): Promise<void>
  /** Stops watching; nothing is called any more. */
  close(): void
}

/** Follows the files of a configuration. */
export function watchConfig(options: WatchOptions): ConfigWatch {
  const watcher = new Watcher(options)
  watcher.watchDirectories()
  return watcher
}

const QUIET_MS = 150

class Watcher implements ConfigWatch {
  readonly #options: WatchOptions
  readonly #watched = new Map<string, FSWatcher>()
  #current: Config
  /** Files named by the newest configuration, which may be an invalid one. */
  #referenced: readonly string[]
  /** What was last found wrong; null while all is well. */
  #lastProblems: string | null = null
  #isClosed = false
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: WatchOptions) {
    this.#options = options
    this.#current = options.current
    this.#referenced = options.current.referencedFiles
  }

  reload(): Promise<void> {
    return this.#run(true)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const watched of this.#watched.values()) watched.close()
    this.#watched.clear()
  }

  /** Directories, since a file that is replaced by another takes its own watcher away with it. */
  watchDirectories(): void {
    const files = [...this.#current.files, ...this.#referenced]
    const directories = directoriesOf(this.#options.load.sources, files)
    for (const [directory, watched] of this.#watched) {
      if (directories.has(directory)) continue
      watched.close()
      this.#watched.delete(directory)
    }
    for (const directory of directories) this.#watchDirectory(directory)
  }

  #watchDirectory(directory: string): void {
    if (this.#watched.has(directory)) return
    const watched = this.#openWatch(directory)
    if (watched === undefined) return
    watched.on('error', () => {
      watched.close()
      this.#watched.delete(directory)
      this.#wait()
    })
    this.#watched.set(directory, watched)
  }

  #openWatch(directory: string): FSWatcher | undefined {
    try {
      return watch(directory, { persistent: false }, (_, name) => {
        if (name === null || this.#isOfInterest(name)) this.#wait()
      })
    } catch (thrown) {
      // Systems limit how much may be watched; asking for a reload still works.
      this.#options.onWarning?.(unwatched(directory, thrown))
    }
  }

  /** Data files may lie in the same directory, and those change all the time. */
  #isOfInterest(name: string): boolean {
    // Mounted configuration is swapped by renaming a link whose name starts with two dots.
    if (name.endsWith('.toml') || name.startsWith('..')) return true
    const paths = [...this.#options.load.sources, ...this.#current.files, ...this.#referenced]
    return paths.some((path) => basename(path) === name)
  }

  #wait(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#run(false), this.#options.quietMs ?? QUIET_MS).unref()
  }

  /** One at a time, in order. */
  #run(isAsked: boolean): Promise<void> {
    this.#running = this.#running.then(() => this.#look(isAsked))
    return this.#running
  }

  async #look(isAsked: boolean): Promise<void> {
    const { sources, readFile = readFromDisk } = this.#options.load
    const read = await readSources(sources, readFile)
    if (this.#isClosed) return
    try {
      await this.#swap(read, isAsked)
    } catch (thrown) {
      this.#fail(configErrorOf(thrown), isAsked)
    }
    if (!this.#isClosed) this.watchDirectories()
  }

  #fail({ problems, referencedFiles }: ConfigError, isAsked: boolean): void {
    const text = JSON.stringify(problems)
    if (this.#isClosed || (text === this.#lastProblems && !isAsked)) return
    this.#lastProblems = text
    this.#referenced = [...this.#current.referencedFiles, ...referencedFiles]
    this.#options.onError(problems)
  }

  async #swap(read: Sources, isAsked: boolean): Promise<void> {
    const { config, warnings } = await buildConfig(read, this.#options.load)
    const before = this.#current
    if (this.#isClosed) return
    this.#referenced = config.referencedFiles
    if (config.hash === before.hash && this.#lastProblems === null && !isAsked) return
    this.#current = config
    this.#lastProblems = null
    this.#options.onChange(config, summarizeChanges(before, config), warnings)
  }
}

function unwatched(directory: string, thrown: unknown): Problem {
  const message = `changes in ${formatPath(directory)} go unnoticed: ${String(thrown)}`
  const nowhere = { file: null, line: null, column: null, endColumn: null, frame: null }
  return { severity: 'warning', code: 'not_watched', message, ...nowhere, help: null }
}

function configErrorOf(thrown: unknown): ConfigError {
  if (thrown instanceof ConfigError) return thrown
  throw thrown
}
