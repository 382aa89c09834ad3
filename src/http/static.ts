import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { extname, join, relative, sep } from 'node:path'

/** A file that may be served, and the packed forms it has beside it. */
interface Asset {
  readonly path: string
  readonly type: string
  readonly encodings: readonly string[]
}

export interface Assets {
  /** The file at a path below the folder, `/` between its parts; undefined when there is none. */
  get(path: string): Asset | undefined
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}
const PACKED: Readonly<Record<string, string>> = { br: '.br', gzip: '.gz' }

/** Lists a folder once. Only what was there then can be asked for, so no path can lead elsewhere. */
export async function listAssets(folder: string): Promise<Assets> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')),
  )
  const assets = new Map<string, Asset>()
  for (const file of files) {
    const type = TYPES[extname(file)]
    if (type === undefined) continue
    const encodings = Object.keys(PACKED).filter((name) => files.has(file + PACKED[name]))
    assets.set(file, { path: join(folder, file), type, encodings })
  }
  return assets
}

/** What to send for an asset to a client that accepts these encodings. */
export function openAsset(
  asset: Asset,
  acceptEncoding: string,
): { headers: Record<string, string>; stream: Readable } {
  const encoding = asset.encodings.find((name) => acceptEncoding.includes(name))
  const headers: Record<string, string> = { 'content-type': asset.type, vary: 'accept-encoding' }
  if (encoding !== undefined) headers['content-encoding'] = encoding
  const suffix = encoding === undefined ? '' : (PACKED[encoding] ?? '')
  return { headers, stream: createReadStream(asset.path + suffix) }
}
