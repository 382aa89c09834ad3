import { openAsset } from '../../http/static.ts'
import type { RawRequest, RawRoute } from '../../http/route.ts'
import type { App } from '../app.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
].join('; ')

const SECURITY = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** The pages: files where there is one, the shell for every other address below `/ui`. */
export const pages: RawRoute<App> = {
  kind: 'raw',
  method: 'GET',
  paths: ['/ui', '/ui/*'],
  scope: 'admin',
  summary: 'The web pages.',
  handle: async ({ assets }, request) => {
    const asked = request.params['*'] ?? ''
    const file = assets?.get(asked)
    const asset = file ?? assets?.get('index.html')
    if (!asset) {
      request.client.send(
        503,
        { 'content-type': 'text/plain; charset=utf-8' },
        'The pages are not built here: run `npm run build`.\n',
      )
      return
    }
    const { headers, stream } = openAsset(asset, acceptOf(request))
    const hashed = file !== undefined && asked.startsWith('assets/')
    const cache = hashed ? 'public, max-age=31536000, immutable' : 'no-cache'
    await request.client.pipe(200, { ...headers, ...SECURITY, 'cache-control': cache }, stream)
  },
}

/** A browser that opens the bare address wants the pages. */
export const root: RawRoute<App> = {
  kind: 'raw',
  method: 'GET',
  paths: ['/'],
  scope: 'public',
  summary: 'Lead a browser to the pages.',
  handle: async (_, { client }) => client.send(302, { location: 'ui' }, ''),
}

function acceptOf({ headers }: RawRequest): string {
  const accept = headers['accept-encoding']
  return typeof accept === 'string' ? accept : ''
}
