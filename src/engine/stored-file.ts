import { isDeepStrictEqual } from 'node:util'
import type { ObjectStore } from '../access/object-store.ts'
import type { StoragePath } from '../domain/chat.ts'
import { GatewayError } from '../domain/errors.ts'

/**
 * The bytes of a file that is kept in our object storage. Throws `invalid_request` for another
 * storage's, and `not_found`.
 */
export async function readStored(
  files: ObjectStore | null,
  { kind, path }: StoragePath,
): Promise<Buffer> {
  // A client that could name another place could read any file, or make us call any address.
  if (!files || !isSame(kind, files.kind)) {
    throw refuse('The file is kept in another object storage than the one configured here.')
  }
  if (!FILE.test(path.slice(files.prefix.length)) || !path.startsWith(files.prefix)) {
    throw refuse('This is no path of a stored file.')
  }
  return files.get(path)
}

const FILE = /^observability\/files\/[0-9a-f]{64}\.[a-z0-9]+$/

/** Who writes null and who leaves it out mean the same. */
function isSame(one: object, other: object): boolean {
  return isDeepStrictEqual(withoutNulls(one), withoutNulls(other))
}

function withoutNulls(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null))
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: 'storage_path' })
}
