import { existsSync, globSync, realpathSync, statSync } from 'node:fs'
import { isUtf8 } from 'node:buffer'
import { readFile as readBytes } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { error, NOWHERE, warning } from './problems.ts'
import type { Finding } from './problems.ts'
import { parseToml } from './toml.ts'
import type { Source, TextFile } from './toml.ts'

/** Reads a whole text file; rejects with a message for people. */
export type ReadFile = (path: string) => Promise<string>

export interface Sources {
  readonly files: readonly TextFile[]
  /** Those of the files that could be parsed. */
  readonly sources: readonly Source[]
  readonly findings: readonly Finding[]
}

/** Reads and parses every file that the patterns name, in the order of their paths. */
export async function readSources(
  patterns: readonly string[],
  readFile: ReadFile,
): Promise<Sources> {
  const findings: Finding[] = []
  const files: TextFile[] = []
  for (const file of findAll(patterns, findings)) {
    const read = await readText(file, readFile)
    if (read.ok) files.push({ file, text: read.text })
    else findings.push(unreadable(file, read.reason))
  }
  const sources: Source[] = []
  for (const file of files) {
    const parsed = parseToml(file)
    if (parsed.ok) sources.push(parsed.source)
    else findings.push(parsed.finding)
  }
  return { files, sources, findings }
}

function findAll(patterns: readonly string[], findings: Finding[]): string[] {
  const all = new Set<string>()
  for (const pattern of patterns) {
    const found = findFiles(pattern)
    if (found.length === 0) findings.push(noMatch(pattern))
    else if (isShallow(pattern)) findings.push(shallow(pattern))
    for (const file of found) all.add(file)
  }
  return [...all].toSorted()
}

function unreadable(file: string, reason: string): Finding {
  return error('unreadable_file', `cannot read this file: ${reason}`, { type: 'file', file })
}

export type Text =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string }

export async function readText(path: string, readFile: ReadFile): Promise<Text> {
  try {
    return { ok: true, text: await readFile(path) }
  } catch (thrown) {
    return { ok: false, reason: reasonOf(thrown) }
  }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const code = 'code' in thrown ? String(thrown.code) : ''
  return REASONS[code] ?? thrown.message
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
}

/** Reads from the disk. A byte order mark is dropped. */
export async function readFromDisk(path: string): Promise<string> {
  const bytes = await readBytes(path)
  if (!isUtf8(bytes)) throw new Error('it is not UTF-8 text')
  return bytes.toString('utf8').replace(/^\uFEFF/, '')
}

/**
 * The directories whose changes can change what the patterns find: where they start, where the
 * files are, and where links lead.
 */
export function directoriesOf(patterns: readonly string[], files: readonly string[]): Set<string> {
  const starts = patterns.map((pattern) => `${resolve(pattern).split(MAGIC, 1)[0]}x`)
  const directories = [...starts, ...files, ...files.map(followLinks)].map((path) => dirname(path))
  return new Set(directories.filter((path) => existsSync(path)))
}

function followLinks(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file // It has just been removed.
  }
}

const MAGIC = /[*?{[]/

/**
 * A name without wildcards stands for itself, whether it exists or not: reading it says what is
 * wrong. So does one with wildcards that is a file's own name.
 */
function findFiles(pattern: string): string[] {
  if (!MAGIC.test(pattern) || existsSync(pattern)) return [resolve(pattern)]
  return globSync(pattern)
    .map((path) => resolve(path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}

/** `*` stays within a directory, which is not what everybody expects. */
function isShallow(pattern: string): boolean {
  return pattern.includes('*') && !pattern.includes('**') && !existsSync(pattern)
}

function shallow(pattern: string): Finding {
  const message = `the pattern \`${pattern}\` does not look into directories below: \`*\` stops at \`/\``
  return warning('shallow_pattern', message, NOWHERE, 'write `**/*` where that is meant')
}

function noMatch(pattern: string): Finding {
  return error(
    'no_files',
    `no files matched the pattern \`${pattern}\``,
    NOWHERE,
    'ensure that the path exists and contains at least one file',
  )
}
