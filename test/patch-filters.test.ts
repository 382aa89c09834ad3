import { expect, test } from 'vitest'
import { modelToml, startGateway } from './support/gateway.ts'
import { completion, reply, startUpstream } from './support/upstream.ts'

const messages = [{ role: 'user', content: 'Hi' }]

/** Two providers of `m`, of which the first fails; the second has changes of its own. */
const CONFIGURED = `
extra_body = [{ pointer = "/seed", value = 1 }, { pointer = "/user", value = "configured" }]
extra_headers = [{ name = "x-who", value = "configured" }]`

async function seenBy(more: object): Promise<{ body: object; who: string | undefined }[]> {
  await using upstream = await startUpstream(({ number }) =>
    number === 0 ? reply(500, '{"error":{"message":"no"}}') : reply(200, completion('Hello')),
  )
  const toml = modelToml([upstream.base, upstream.base]) + CONFIGURED
  await using gateway = await startGateway(toml)
  const response = await gateway.chat({ model: 'm', messages, ...more })
  expect(response.status).toBe(200)
  return upstream.requests.map(({ body, headers }) => {
    const { model: _model, messages: _messages, ...rest } = JSON.parse(body)
    return { body: rest, who: headers['x-who'] }
  })
}

const OWN = { seed: 1, user: 'configured' }

test.each([
  ['everyone', {}, [true, true]],
  ['the model', { model_name: 'm' }, [true, true]],
  ['one provider', { model_name: 'm', provider_name: 'p1' }, [true, false]],
  [
    'one provider, named in full',
    { model_provider_name: 'tensorzero::model_name::m::provider_name::p2' },
    [false, true],
  ],
  ['another model', { model_name: 'demo::echo' }, [false, false]],
  ['the variant', { variant_name: 'm' }, [true, true]],
])(
  'a change for %s reaches them alone, and counts before the configuration',
  async (_, to, got) => {
    const [first, second] = await seenBy({
      'tensorzero::extra_body': [{ pointer: '/user', value: 'asked', ...to }],
      'tensorzero::extra_headers': [{ name: 'x-who', value: 'asked', ...to }],
    })
    expect(first).toEqual({
      body: got[0] ? { user: 'asked' } : {},
      who: got[0] ? 'asked' : undefined,
    })
    expect(second).toEqual({
      body: got[1] ? { seed: 1, user: 'asked' } : OWN,
      who: got[1] ? 'asked' : 'configured',
    })
  },
)

test.each([
  [{ model_name: 'nobody' }, 'there is no model `nobody`'],
  [{ model_name: 'm', provider_name: 'p9' }, 'model `m` has no provider `p9`'],
  [{ variant_name: 'v' }, 'there is no variant `v`'],
])('a change for %j, whom nobody knows, is refused', async (to, message) => {
  await using gateway = await startGateway(modelToml(['http://127.0.0.1:9/']))
  const changes = [{ pointer: '/a', value: 1, ...to }]
  const response = await gateway.chat({ model: 'm', messages, 'tensorzero::extra_body': changes })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain(message)
  expect((await gateway.record()).outcome).toBe('rejected')
})
