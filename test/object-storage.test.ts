import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { checkFiles } from '../src/cli/open-files.ts'
import { blake3Hex } from '../src/lib/hash.ts'
import { askAbout } from './support/files.ts'
import { modelToml, startGateway, type TestGateway } from './support/gateway.ts'
import { startS3 } from './support/s3.ts'
import { completion, reply, startUpstream } from './support/upstream.ts'

// Real threads and files, on a machine that may be slow.
vi.setConfig({ testTimeout: 120_000 })

const folder = mkdtempSync(join(tmpdir(), 'weir-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PIXEL = Buffer.from('not quite a picture').toString('base64')
const PATH = `observability/files/${blake3Hex(PIXEL)}.png`
const ACCOUNT = { id: 'AKID', secret: 'very/secret', region: 'eu-north-1' }

interface Kept {
  readonly gateway: TestGateway
  readonly kind: object
  /** What the provider was sent. */
  readonly sent: () => string | undefined
  /** The file block as the record has it. */
  readonly block: Record<string, unknown>
}

async function withFile(
  toml: string,
  work: (kept: Kept) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  await using upstream = await startUpstream(() => reply(200, completion('I see.')))
  await using gateway = await startGateway(`${toml}\n${modelToml([upstream.base])}`, env)
  await checkFiles(gateway.engine.files)
  const response = await infer(gateway)
  expect(response.status).toBe(200)
  const record = await gateway.record()
  const input = record.native?.input as { messages: { content: Record<string, unknown>[] }[] }
  const block = input.messages[0]?.content[0] ?? {}
  const kind = gateway.engine.files?.kind ?? {}
  expect(block).toMatchObject({
    type: 'file',
    file_type: 'object_storage_pointer',
    mime_type: 'image/png',
    storage_path: { kind, path: PATH },
  })
  expect(JSON.stringify([record.native, record.input])).not.toContain(PIXEL)
  await work({ gateway, kind, sent: () => upstream.requests.at(-1)?.body, block })
}

const INLINE = { type: 'file', file_type: 'base64', mime_type: 'image/png', data: PIXEL }

const infer = (gateway: TestGateway, file: object = INLINE) => askAbout(gateway, [file])

/** A stored file is read again, and stays where it is. */
async function goesBack({ gateway, block, sent }: Kept): Promise<void> {
  for (const file_type of ['object_storage_pointer', 'object_storage']) {
    const number = gateway.records.length
    const response = await infer(gateway, { ...block, file_type })
    expect(response.status, await response.text()).toBe(200)
    expect(sent()).toContain(`data:image/png;base64,${PIXEL}`)
    const record = await gateway.record(number)
    expect(record.native?.input).toEqual({ messages: [{ role: 'user', content: [block] }] })
    expect(JSON.stringify([record.native, record.input])).not.toContain(PIXEL)
  }
}

async function readBack(gateway: TestGateway, place: object): Promise<Response> {
  const query = encodeURIComponent(JSON.stringify(place))
  return fetch(`${gateway.url}/internal/object_storage?storage_path=${query}`)
}

const answer = { data: PIXEL, reused_object_store: true }

test('F046 F133 F251 F319 a file is kept below a directory, by the hash of its base64, and sent again from there', async () => {
  const root = JSON.stringify(folder)
  await withFile(`[object_storage]\ntype = "filesystem"\npath = ${root}`, async (kept) => {
    const { gateway, kind, sent } = kept
    expect(sent()).toContain(PIXEL)
    expect(kind).toEqual({ type: 'filesystem', path: folder })
    await expect.poll(() => existsSync(join(folder, PATH)), { timeout: 20_000 }).toBe(true)
    expect(readFileSync(join(folder, PATH)).toString('base64')).toBe(PIXEL)
    expect(existsSync(join(folder, '.tensorzero-validate'))).toBe(true)
    expect(await (await readBack(gateway, { kind, path: PATH })).json()).toEqual(answer)
    const gone = PATH.replace(/[0-9a-f]{64}/, '0'.repeat(64))
    expect((await readBack(gateway, { kind, path: gone })).status).toBe(404)
    const wrong = [
      { kind, path: 'observability/files/../../x.png' },
      { kind, path: '/etc/passwd' },
      { kind: { type: 'filesystem', path: '/' }, path: PATH },
      { path: PATH },
    ]
    for (const place of wrong) expect((await readBack(gateway, place)).status).toBe(400)
    await goesBack(kept)
    for (const storage_path of [...wrong, { kind, path: gone }, { kind }]) {
      const response = await infer(gateway, { ...kept.block, storage_path })
      expect(response.status).toBe('path' in storage_path && storage_path.path === gone ? 404 : 400)
    }
    const { storage_path: _place, ...placeless } = kept.block
    const response = await infer(gateway, { ...placeless, source_url: undefined })
    expect(await response.text()).toContain('missing field `storage_path`')
  })
})

test('F046 F251 a file is kept in a bucket and read from it, every request signed', async () => {
  await using s3 = await startS3(ACCOUNT)
  const toml = `[object_storage]
type = "s3_compatible"
bucket_name = "bucket"
region = "eu-north-1"
endpoint = "${s3.url}"
allow_http = true`
  const env = { S3_ACCESS_KEY_ID: ACCOUNT.id, S3_SECRET_ACCESS_KEY: ACCOUNT.secret }
  await withFile(
    toml,
    async (kept) => {
      const { gateway, kind } = kept
      expect(s3.objects.has('/bucket/.tensorzero-validate')).toBe(true)
      await expect.poll(() => s3.objects.has(`/bucket/${PATH}`), { timeout: 20_000 }).toBe(true)
      expect(await (await readBack(gateway, { kind, path: PATH })).json()).toEqual(answer)
      await goesBack(kept)
      expect(s3.refused).toEqual([])
    },
    env,
  )
})

test.each([
  [{ S3_SECRET_ACCESS_KEY: 'wrong' }, 'allow_http = true', 'another signature'],
  [{}, '', 'has no TLS'],
])('F046 a bucket that takes nothing is said at the start: %j', async (wrong, toml, message) => {
  await using s3 = await startS3(ACCOUNT)
  await using gateway = await startGateway(
    `[object_storage]
type = "s3_compatible"
bucket_name = "bucket"
region = "eu-north-1"
endpoint = "${s3.url}"
${toml}`,
    { S3_ACCESS_KEY_ID: ACCOUNT.id, S3_SECRET_ACCESS_KEY: ACCOUNT.secret, ...wrong },
  )
  const checked = checkFiles(gateway.engine.files)
  await expect(checked).rejects.toThrow('Failed to write `.tensorzero-validate` to object store')
  await expect(checked).rejects.toThrow(message)
})

test('F046 switched off, nothing is kept but the path', async () => {
  await withFile('[object_storage]\ntype = "disabled"', async ({ gateway, kind, sent }) => {
    expect(sent()).toContain(PIXEL)
    expect(kind).toEqual({ type: 'disabled' })
    expect((await readBack(gateway, { kind, path: PATH })).status).toBe(404)
  })
})

test('F046 without a word of where to keep it, a file is refused', async () => {
  await using gateway = await startGateway(modelToml(['http://127.0.0.1:9/']))
  const kept = { ...INLINE, data: undefined, storage_path: { kind: {}, path: PATH } }
  for (const file of [INLINE, kept]) {
    const response = await infer(gateway, file)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('Object storage is not configured.')
  }
})

test('F133 F251 a kept file that cannot be had is the answer', async () => {
  const root = mkdtempSync(join(folder, 'small-'))
  mkdirSync(dirname(join(root, PATH)), { recursive: true })
  writeFileSync(join(root, PATH), Buffer.alloc(2000))
  const limit = '[gateway]\nmax_request_bytes = 2048\n'
  const settings = [
    [`${limit}[object_storage]\ntype = "filesystem"\npath = ${JSON.stringify(root)}`, 413],
    [
      `[object_storage]\ntype = "s3_compatible"\nendpoint = "http://127.0.0.1:9"\nallow_http = true`,
      502,
    ],
    ['[object_storage]\ntype = "disabled"', 404],
  ] as const
  const env = { S3_ACCESS_KEY_ID: ACCOUNT.id, S3_SECRET_ACCESS_KEY: ACCOUNT.secret }
  for (const [toml, status] of settings) {
    await using gateway = await startGateway(`${toml}\n${modelToml(['http://127.0.0.1:9/'])}`, env)
    const storage_path = { kind: gateway.engine.files?.kind, path: PATH }
    const response = await infer(gateway, { ...INLINE, data: undefined, storage_path })
    expect([toml, response.status]).toEqual([toml, status])
  }
})

const inputOf = (data: string) => ({
  messages: [
    {
      role: 'user',
      content: [
        { ...INLINE, data },
        { type: 'text', text: 'this' },
      ],
    },
  ],
})

test('F232 F233 F251 the files of datapoints are kept there too', async () => {
  const root = mkdtempSync(join(folder, 'datapoints-'))
  const storage = `[object_storage]\ntype = "filesystem"\npath = ${JSON.stringify(root)}`
  const toml = `${storage}\n[functions.f]\ntype = "chat"\n${modelToml(['http://127.0.0.1:9/'])}`
  await using gateway = await startGateway(toml, {}, { stored: true })
  const asked = async (method: string, path: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    const init = { method, headers, body: JSON.stringify(body) }
    return (await fetch(`${gateway.url}/v1/datasets/d/${path}`, init)).json() as Promise<{
      ids: string[]
      datapoints: { input: unknown }[]
    }>
  }
  const given = { type: 'chat', function_name: 'f' }
  const made = { datapoints: [{ ...given, input: inputOf(PIXEL) }] }
  const [id] = (await asked('POST', 'datapoints', made)).ids
  const other = Buffer.from('another').toString('base64')
  const changed = { datapoints: [{ id, type: 'chat', input: inputOf(other) }] }
  const [next] = (await asked('PATCH', 'datapoints', changed)).ids
  const { datapoints } = await asked('POST', 'get_datapoints', { ids: [id, next] })
  const paths = [PATH, `observability/files/${blake3Hex(other)}.png`]
  const contents = paths.map((path) => [
    {
      type: 'file',
      file_type: 'object_storage_pointer',
      mime_type: 'image/png',
      source_url: null,
      storage_path: { kind: gateway.engine.files?.kind, path },
    },
    { type: 'text', text: 'this' },
  ])
  const inputs = contents.map((content) => ({ messages: [{ role: 'user', content }] }))
  expect(datapoints.map((each) => each.input)).toEqual(expect.arrayContaining(inputs))
  const bytes = paths.map((path) => readFileSync(join(root, path), { encoding: 'base64' }))
  expect(bytes).toEqual([PIXEL, other])
})
