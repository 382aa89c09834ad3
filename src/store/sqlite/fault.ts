/**
 * What can be wrong with a file, by what to do about it: wait (`busy`), close, wait and open again
 * (`full`, `io`), set the file aside (`corrupt`), give up for now (`denied`, `in_use`, `newer`), or
 * blame the data (`other`).
 */
export type FaultKind = 'busy' | 'full' | 'io' | 'corrupt' | 'denied' | 'in_use' | 'newer' | 'other'

/** A failure of one file of the store. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault'
  readonly kind: FaultKind
  readonly path: string

  constructor(kind: FaultKind, path: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
    this.path = path
  }
}

type Wording = (message: string) => string

/** Runs `work`, and whatever it throws becomes a fault of the file at `path`, in words of `say`. */
export function guarded<T>(path: string, work: () => T, say: Wording = asItIs): T {
  try {
    return work()
  } catch (thrown) {
    throw asFault(thrown, path, say)
  }
}

export function asFault(thrown: unknown, path: string, say: Wording = asItIs): StoreFault {
  if (thrown instanceof StoreFault) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new StoreFault(kindOf(thrown), path, say(message), thrown)
}

function asItIs(message: string): string {
  return message
}

/** By SQLite's primary result code. Source: sqlite.org/rescode.html. */
const SQLITE_KINDS = new Map<number, FaultKind>([
  [3, 'denied'], // PERM
  [5, 'busy'], // BUSY
  [6, 'busy'], // LOCKED
  [8, 'denied'], // READONLY
  [10, 'io'], // IOERR
  [11, 'corrupt'], // CORRUPT
  [13, 'full'], // FULL
  [14, 'denied'], // CANTOPEN
  [23, 'denied'], // AUTH
  [26, 'corrupt'], // NOTADB
])

const SYSTEM_KINDS = new Map<string, FaultKind>([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EIO', 'io'],
  ['EMFILE', 'io'],
  ['ENFILE', 'io'],
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
  ['EROFS', 'denied'],
  ['ENOENT', 'denied'],
  ['ENOTDIR', 'denied'],
  ['EEXIST', 'denied'],
  ['EISDIR', 'denied'],
])

function kindOf(thrown: unknown): FaultKind {
  if (!(thrown instanceof Error)) return 'other'
  if ('errcode' in thrown && typeof thrown.errcode === 'number') {
    return SQLITE_KINDS.get(thrown.errcode & 0xff) ?? 'other'
  }
  if ('code' in thrown && typeof thrown.code === 'string') {
    return SYSTEM_KINDS.get(thrown.code) ?? 'other'
  }
  return 'other'
}
