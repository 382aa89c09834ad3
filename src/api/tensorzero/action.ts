import { GatewayError } from '../../domain/errors.ts'
import type { RawRequest, RawRoute } from '../../http/route.ts'
import { asString, type JsonObject } from '../../lib/json.ts'
import { giveFeedback } from '../../ops/feedback.ts'
import type { App } from '../app.ts'
import { answer } from '../deliver.ts'
import { readBody } from '../read-body.ts'
import { unknownVariant } from '../serde.ts'
import { configBy } from './config-by.ts'
import { readFeedback } from './feedback.ts'
import { native } from './inference.ts'

/** TensorZero's `POST /internal/action`: answers or takes feedback as an older configuration says. */
export const action: RawRoute<App> = {
  kind: 'raw',
  method: 'POST',
  paths: ['/internal/action'],
  scope: 'admin',
  summary: 'Answer or take feedback by a configuration that was in use before.',
  plainErrors: true,
  handle: async (app, request) => {
    const { snapshot_hash: hash, type, ...input } = readBody(request)
    const wanted = asString(hash)
    if (wanted === undefined) throw refuse('missing field `snapshot_hash`')
    const act = asString(type)
    if (act === undefined) throw refuse('missing field `type`')
    const config = await configBy(app, wanted)
    await perform({ ...app, engine: { ...app.engine, config: () => config } }, act, {
      input,
      request,
    })
  },
}

/** `app`: with the configuration that counts. */
async function perform(
  app: App,
  act: string,
  { input, request }: { readonly input: JsonObject; readonly request: RawRequest },
): Promise<void> {
  switch (act) {
    case 'inference':
      if (input['stream'] === true) {
        throw refuse('Streaming is not supported for the action endpoint')
      }
      return answer(app, native, withBody(request, Buffer.from(JSON.stringify(input))))
    case 'feedback':
      request.client.json(200, { feedback_id: await giveFeedback(app.engine, readFeedback(input)) })
      return
    case 'run_evaluation':
      throw refuse('This version cannot run evaluations yet')
    default:
      throw refuse(unknownVariant(act, ['inference', 'feedback', 'run_evaluation']))
  }
}

/** What a request makes of itself only when it is asked does not come along in a copy. */
function withBody(request: RawRequest, body: Buffer): RawRequest {
  const { query } = request
  return { ...request, query, body, latin1: body.toString('latin1') }
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
