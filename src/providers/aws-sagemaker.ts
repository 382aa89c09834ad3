import { z } from 'zod'
import { AWS_DEFAULTS, AWS_FIELDS, AWS_SETTINGS, awsOrigin } from './aws.ts'
import { carriedByAws } from './aws-failures.ts'
import { openaiChat } from './openai-chat.ts'
import type { Provider, UrlPlace } from './provider.ts'

/** A model server on Amazon SageMaker that speaks OpenAI's chat completions. */
export const awsSagemaker: Provider = {
  type: 'aws_sagemaker',
  title: 'AWS Sagemaker',
  wires: { chat: carriedByAws(openaiChat) },
  quirks: { asksForUsage: true, maxTokens: 'max_tokens', noTools: true, json: 'none' },
  auth: { type: 'aws', service: 'sagemaker' },
  fields: z.object({
    ...AWS_FIELDS,
    endpoint_name: z.string().min(1).describe("The endpoint's name."),
    model_name: z.string().min(1).describe("The model's name on its server."),
    hosted_provider: z.enum(['openai', 'tgi']).describe('The API that the server speaks.'),
  }),
  locations: AWS_SETTINGS,
  locationDefaults: AWS_DEFAULTS,
  shorthand: false,
  credential: 'none',
  url: address,
}

/** Source: Amazon SageMaker Runtime API reference, InvokeEndpoint. */
function address(place: UrlPlace): string {
  const endpoint = encodeURIComponent(String(place.options['endpoint_name']))
  const method = place.stream ? 'invocations-response-stream' : 'invocations'
  return `${awsOrigin(place, 'runtime.sagemaker')}endpoints/${endpoint}/${method}`
}
