import { z } from 'zod'
import type { JsonObject } from '../lib/json.ts'
import { anthropicMessages } from './anthropic-messages.ts'
import { AWS_DEFAULTS, AWS_FIELDS, AWS_SETTINGS, awsOrigin } from './aws.ts'
import { carriedByAws } from './aws-failures.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import type { Provider, UrlPlace, WireTarget } from './provider.ts'

/** Amazon Bedrock. Source: Amazon Bedrock API reference. */
export const awsBedrock: Provider = {
  type: 'aws_bedrock',
  title: 'AWS Bedrock',
  wires: ({ api_type: type }) => ({
    chat: type === 'invoke' ? carriedByAws(anthropicMessages) : bedrockConverse,
  }),
  quirks: {},
  auth: { type: 'aws', service: 'bedrock' },
  fields: z.object({
    ...AWS_FIELDS,
    model_id: z.string().min(1).describe("The model's or inference profile's id."),
    api_key: z.string().optional().describe('Where a Bedrock API key comes from.'),
    api_type: z
      .enum(['converse', 'invoke'])
      .default('converse')
      .describe('`invoke`: InvokeModel in the words of Anthropic, for models of theirs.'),
  }),
  locations: [...AWS_SETTINGS, 'api_key'],
  upstreamModel: ({ model_id: model }) => String(model),
  locationDefaults: AWS_DEFAULTS,
  shorthand: false,
  credential: 'none',
  url: address,
  adapt: asInvokeWantsIt,
}

function address(place: UrlPlace): string {
  const origin = awsOrigin(place, 'bedrock-runtime')
  if (place.wire.name !== 'anthropic_messages') return origin + place.wire.path(place)
  const method = place.stream ? 'invoke-with-response-stream' : 'invoke'
  return `${origin}model/${encodeURIComponent(place.model)}/${method}`
}

/** The address says what the body says elsewhere. */
function asInvokeWantsIt(body: JsonObject, { options }: WireTarget): JsonObject {
  if (options['api_type'] !== 'invoke') return body
  const { model: _model, stream: _stream, ...rest } = body
  return { anthropic_version: 'bedrock-2023-05-31', ...rest }
}
