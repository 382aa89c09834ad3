import { statSync } from 'node:fs'
import { filesystemStore, noStore, type ObjectStore, s3Store } from '../access/object-store.ts'
import type { Signers } from '../access/signers.ts'
import type { ObjectStorage } from '../config/config.ts'
import type { Transport } from '../lib/transport.ts'
import type { Env } from './arguments.ts'
import { StartError } from './start-error.ts'

/** Where files of requests are kept; null where nobody has said. Throws `StartError`. */
export function openFiles(
  settings: ObjectStorage | null,
  by: { readonly env: Env; readonly transport: Transport; readonly signers: Signers },
): ObjectStore | null {
  if (settings === null) return null
  if (settings.type === 'disabled') return noStore()
  if (settings.type === 'filesystem') {
    if (statSync(settings.path, { throwIfNoEntry: false })?.isDirectory()) {
      return filesystemStore(settings.path)
    }
    throw new StartError(`object_storage.path: there is no directory ${settings.path}. Make it.`)
  }
  const { env, transport, signers } = by
  return s3Store({ ...settings, keys: keysIn(env) }, { transport, signer: signers.aws })
}

/** Both or neither: with one alone, somebody else's would be used unnoticed. */
function keysIn(env: Env): { id: string; secret: string } | null {
  const id = env['S3_ACCESS_KEY_ID'] ?? ''
  const secret = env['S3_SECRET_ACCESS_KEY'] ?? ''
  if (id !== '' && secret !== '') return { id, secret }
  if (id === '' && secret === '') return ofAws(env)
  throw new StartError('Set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or neither of them.')
}

function ofAws(env: Env): { id: string; secret: string } | null {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = env
  return id && secret && !token ? { id, secret } : null
}

/** A wrong key or address is said at the start, not with the first file. Throws `StartError`. */
export async function checkFiles(files: ObjectStore | null): Promise<void> {
  try {
    await files?.put('.tensorzero-validate', Buffer.alloc(0), 'application/octet-stream')
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new StartError(
      `Failed to write \`.tensorzero-validate\` to object store. Check that your credentials are configured correctly: ${why}`,
      { cause: thrown },
    )
  }
}
