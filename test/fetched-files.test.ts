import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { blake3Hex } from '../src/lib/hash.ts'
import { askAbout } from './support/files.ts'
import { modelToml, startGateway, type TestGateway } from './support/gateway.ts'
import { completion, reply, startUpstream } from './support/upstream.ts'

vi.setConfig({ testTimeout: 120_000 })

const folder = mkdtempSync(join(tmpdir(), 'weir-fetched-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const PICTURE = '\x89PNG\r\n\x1a\n and more'
const BASE64 = Buffer.from(PICTURE).toString('base64')
const PATH = `observability/files/${blake3Hex(BASE64)}.png`
const STORAGE = `[object_storage]\ntype = "filesystem"\npath = ${JSON.stringify(folder)}\n`
const FETCHING = '[gateway]\nfetch_and_encode_input_files_before_inference = true\n'
const NEARBY = `${FETCHING}fetch_files_from = ["127.0.0.1"]\n`

const infer = (gateway: TestGateway, file: object) => askAbout(gateway, [{ type: 'file', ...file }])

const servePicture = () => startUpstream(() => reply(200, PICTURE, { 'content-type': 'image/png' }))

test('F133 F251 a file given by its address is downloaded, sent inline and kept', async () => {
  await using files = await servePicture()
  await using upstream = await startUpstream(() => reply(200, completion('I see.')))
  await using gateway = await startGateway(`${NEARBY}${STORAGE}${modelToml([upstream.base])}`)
  const url = `${files.base}a.png`
  expect((await infer(gateway, { file_type: 'url', url })).status).toBe(200)
  const inline = `data:image/png;base64,${BASE64}`
  expect(upstream.requests[0]?.body).toContain(inline)
  const kept = {
    type: 'file',
    file_type: 'object_storage_pointer',
    mime_type: 'image/png',
    source_url: url,
    storage_path: { kind: gateway.engine.files?.kind, path: PATH },
  }
  const input = { messages: [{ role: 'user', content: [kept] }] }
  const record = await gateway.record()
  expect(record.native?.input).toEqual(input)
  expect(JSON.stringify(record.input)).toContain(JSON.stringify({ sourceUrl: url }).slice(1, -1))
  await expect
    .poll(() => readFileSync(join(folder, PATH), { encoding: 'base64' }), { timeout: 20_000 })
    .toBe(BASE64)

  // Sent again, it is what it was then.
  expect((await infer(gateway, kept)).status).toBe(200)
  expect(files.requests).toHaveLength(1)
  expect(upstream.requests[1]?.body).toContain(inline)
  expect((await gateway.record(1)).native?.input).toEqual(input)
})

test('F101 F133 a chat request by a full name has its pictures downloaded too', async () => {
  await using files = await servePicture()
  await using upstream = await startUpstream(() => reply(200, completion('I see.')))
  await using gateway = await startGateway(`${NEARBY}${STORAGE}${modelToml([upstream.base])}`)
  const image = { type: 'image_url', image_url: { url: `${files.base}a.png` } }
  const model = 'tensorzero::model_name::m'
  const response = await gateway.chat({ model, messages: [{ role: 'user', content: [image] }] })
  expect(response.status).toBe(200)
  expect(upstream.requests[0]?.body).toContain(`data:image/png;base64,${BASE64}`)
  expect(upstream.requests[0]?.body).not.toContain(files.base)
})

test.each([
  ['is not downloaded by default', '', '', 200],
  ['is refused on this machine', FETCHING, 'is not on the public internet', 400],
])('F133 a file given by its address %s', async (_, toml, message, status) => {
  await using files = await servePicture()
  await using upstream = await startUpstream(() => reply(200, completion('I see.')))
  await using gateway = await startGateway(`${toml}${STORAGE}${modelToml([upstream.base])}`)
  const url = `${files.base}a.png`
  const response = await infer(gateway, { file_type: 'url', url })
  expect(response.status).toBe(status)
  expect(await response.text()).toContain(message)
  expect(files.requests).toEqual([])
  if (status === 200) expect(upstream.requests[0]?.body).toContain(url)
  else expect(upstream.requests).toEqual([])
})

const NEAR = '[gateway]\nfetch_files_from = ["127.0.0.1"]\n'

test('F133 F251 a file that the provider fetches is downloaded for the record meanwhile', async () => {
  await using files = await servePicture()
  await using upstream = await startUpstream(() => reply(200, completion('I see.')))
  await using gateway = await startGateway(`${NEAR}${STORAGE}${modelToml([upstream.base])}`)
  const url = `${files.base}a.png`
  expect((await infer(gateway, { file_type: 'url', url })).status).toBe(200)
  expect(upstream.requests[0]?.body).toContain(url)
  const { native, warnings } = await gateway.record()
  const storage_path = { kind: gateway.engine.files?.kind, path: PATH }
  expect(native?.input).toMatchObject({
    messages: [
      {
        content: [
          {
            file_type: 'object_storage_pointer',
            source_url: url,
            mime_type: 'image/png',
            storage_path,
          },
        ],
      },
    ],
  })
  expect(warnings).toEqual([])
  // What is not there is a warning, and what is not to be kept is not asked for.
  expect((await infer(gateway, { file_type: 'url', url: 'http://127.0.0.1:1/b.png' })).status).toBe(
    200,
  )
  const missed = await gateway.record(1)
  expect(missed.warnings).toEqual([expect.stringContaining('a file could not be kept: ')])
  expect(missed.native?.input).toMatchObject({ messages: [{ content: [{ file_type: 'url' }] }] })
  const most = Array.from({ length: 22 }, (_, index) => ({
    type: 'file',
    file_type: 'url',
    url: `${url}?${index}`,
  }))
  await askAbout(gateway, most)
  expect((await gateway.record(2)).warnings).toHaveLength(2)
  await askAbout(gateway, most, { dryrun: true })
  expect(files.requests).toHaveLength(21)
})

test('F133 F251 a file that a request names several times is downloaded once', async () => {
  await using files = await servePicture()
  await using upstream = await startUpstream(() => reply(200, completion('I see.')))
  await using gateway = await startGateway(`${NEAR}${STORAGE}${modelToml([upstream.base])}`)
  const file = { type: 'file', file_type: 'url', url: `${files.base}a.png` }
  const all = [file, { ...file, detail: 'low' }, ...Array.from({ length: 22 }, () => file)]
  await askAbout(gateway, all)
  const { native, warnings } = await gateway.record()
  const kept = { file_type: 'object_storage_pointer', source_url: file.url }
  const expected = [kept, { ...kept, detail: 'low' }, ...Array.from({ length: 22 }, () => kept)]
  expect(native?.input).toMatchObject({ messages: [{ content: expected }] })
  expect(warnings).toEqual([])
  expect(files.requests).toHaveLength(1)
})

test('F133 with nothing kept, a stored file is downloaded again from where it was', async () => {
  await using files = await servePicture()
  await using upstream = await startUpstream(() => reply(200, completion('I see.')))
  const toml = `${NEARBY}[object_storage]\ntype = "disabled"\n${modelToml([upstream.base])}`
  await using gateway = await startGateway(toml)
  const storage_path = { kind: { type: 'disabled' }, path: PATH }
  const pointer = { file_type: 'object_storage_pointer', mime_type: 'image/png', storage_path }
  const file = { ...pointer, source_url: `${files.base}a.png` }
  expect((await infer(gateway, file)).status).toBe(200)
  expect(files.requests).toHaveLength(1)
  const { native } = await gateway.record()
  const content = [{ type: 'file', ...file }]
  expect(native?.input).toEqual({ messages: [{ role: 'user', content }] })
})

test('F133 what kind of file it is must be known', async () => {
  await using files = await startUpstream(() => reply(200, 'what is this', { 'content-type': '' }))
  await using gateway = await startGateway(
    `${NEARBY}${STORAGE}${modelToml(['http://127.0.0.1:9/'])}`,
  )
  const response = await infer(gateway, { file_type: 'url', url: `${files.base}a` })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain('No mime type provided and unable to infer from data')
})
