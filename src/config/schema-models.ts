import { z } from 'zod'
import type { Provider } from '../providers/provider.ts'
import {
  BatchCost,
  Cost,
  CredentialLocation,
  ExtraBody,
  ExtraHeaders,
  HttpUrl,
  Retries,
  Timeouts,
} from './schema-common.ts'

/** The keys that every provider of a model takes, whatever its type. */
export const CommonProvider = z.object({
  api_base: HttpUrl.optional().describe("The base address, in place of the type's own."),
  api_key_location: CredentialLocation.optional().describe(
    "Where the key comes from, in place of the type's own.",
  ),
  credential_location: CredentialLocation.optional().describe('The same, for cloud credentials.'),
  timeouts: Timeouts.optional(),
  extra_body: ExtraBody.describe('Changes to the body of every request.'),
  extra_headers: ExtraHeaders.describe('Changes to the headers of every request.'),
  cost: Cost.describe('What a call costs.'),
  batch_cost: BatchCost.describe('What a call costs in a batch.'),
  discard_unknown_chunks: z
    .boolean()
    .default(false)
    .describe('Leave out stream events of unknown kinds.'),
})
export type CommonProvider = z.infer<typeof CommonProvider>

export function createModelSchema(providers: readonly Provider[]) {
  return z.strictObject({
    routing: z
      .array(z.string())
      .min(1)
      .describe('Its providers, in the order in which they are tried.'),
    providers: z.record(z.string(), createProviderSchema(providers)),
    timeouts: Timeouts.optional(),
    retries: Retries.prefault({}),
    skip_relay: z
      .boolean()
      .default(false)
      .describe('Call the providers even when there is a relay.'),
    namespace: z
      .string()
      .regex(/^(?!tensorzero::)./s, 'must not be empty or start with `tensorzero::`')
      .optional()
      .describe('Only requests in this namespace may use the model.'),
  })
}

/** The union of what each provider says about itself, told apart by `type`. */
function createProviderSchema(providers: readonly Provider[]) {
  const [first, ...rest] = providers.map((provider) =>
    z.strictObject({
      type: z.literal(provider.type).describe('The kind of provider.'),
      ...CommonProvider.shape,
      ...provider.fields.shape,
    }),
  )
  if (first === undefined) throw new Error('There must be at least one type of provider.')
  return z.discriminatedUnion('type', [first, ...rest])
}

const BucketUri = z.string().regex(/^gs:\/\/[^/\s]/, 'must be `gs://BUCKET/…`')

const Batch = z
  .strictObject({
    storage_type: z
      .enum(['cloud_storage', 'none'])
      .describe('Where the files of batches are, for providers that take them from a bucket.'),
    input_uri_prefix: BucketUri.optional().describe('Where the requests are put: `gs://BUCKET/…`.'),
    output_uri_prefix: BucketUri.optional().describe('Where the answers are to come.'),
    storage_api_base: HttpUrl.optional().describe("The storage's address, in place of its own."),
  })
  .refine(
    ({ storage_type: type, input_uri_prefix: input, output_uri_prefix: output }) =>
      type === 'none' || (input !== undefined && output !== undefined),
    '`cloud_storage` needs `input_uri_prefix` and `output_uri_prefix`',
  )

/** What holds for all providers of a type, unless they say otherwise. */
export const ProviderType = z.strictObject({
  api_base: HttpUrl.optional().describe("The base address, in place of the type's own."),
  defaults: z
    .strictObject({
      api_key_location: CredentialLocation.optional().describe('Where the key comes from.'),
      credential_location: CredentialLocation.optional().describe(
        'The same, for cloud credentials.',
      ),
    })
    .prefault({}),
  sft: z.unknown().optional().describe('Accepted for compatibility.'),
  batch: Batch.optional(),
})
export type ProviderType = z.infer<typeof ProviderType>
