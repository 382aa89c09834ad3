import { z } from 'zod'
import type { RawRoute } from '../../../http/route.ts'
import { formatEvent } from '../../../lib/sse.ts'
import type { App } from '../../app.ts'
import { dialectRoute } from '../../deliver.ts'
import type { Dialect } from '../../dialect.ts'
import { asItIs, errors } from './answering.ts'
import { completionStream, encodeCompletions } from './completions.ts'
import { embeddings } from './embeddings.ts'
import { readFormRequest } from './form-request.ts'
import { type Facts, readPlainRequest } from './reading.ts'

const Anything = z
  .unknown()
  .refine((value) => value !== undefined && value !== null, 'received undefined')

const completions = plain({
  dialect: 'openai.completions',
  operation: 'completions',
  wire: 'openai_completions',
  gate: z.looseObject({ stream: z.boolean().nullish() }),
  streams: (json) => json['stream'] === true,
})

const rerank = plain({
  dialect: 'openai.rerank',
  operation: 'rerank',
  wire: 'rerank',
  gate: z.looseObject({ query: Anything, documents: z.array(z.unknown()) }),
  streams: () => false,
})

const moderations = plain({
  dialect: 'openai.moderations',
  operation: 'moderations',
  wire: 'openai_moderations',
  gate: z.looseObject({ input: Anything }),
  streams: () => false,
})

const images = plain({
  dialect: 'openai.images',
  operation: 'images',
  wire: 'openai_images',
  gate: z.looseObject({ prompt: z.string(), stream: z.boolean().nullish() }),
  streams: (json) => json['stream'] === true,
})

const speech = plain({
  dialect: 'openai.speech',
  operation: 'speech',
  wire: 'openai_speech',
  gate: z.looseObject({ input: z.string() }),
  streams: (json) => json['stream_format'] === 'sse',
})

const transcription = form({
  dialect: 'openai.transcription',
  operation: 'transcription',
  wire: 'openai_transcription',
})

const translation = form({
  dialect: 'openai.translation',
  operation: 'translation',
  wire: 'openai_translation',
})

const imageEdits = form({
  dialect: 'openai.image_edits',
  operation: 'image_edits',
  wire: 'openai_image_edits',
})

const imageVariations = form({
  dialect: 'openai.image_variations',
  operation: 'image_variations',
  wire: 'openai_image_variations',
})

/** What the OpenAI API does beside conversations. Source: OpenAI API reference. */
const OPERATIONS: readonly (readonly [string, Dialect, string])[] = [
  ['embeddings', embeddings, 'Turn texts into vectors, as the OpenAI API does.'],
  [
    'completions',
    {
      ...completions,
      whole: encodeCompletions,
      stream: completionStream,
      endMark: formatEvent('[DONE]'),
    },
    'Continue a text, as the older OpenAI API does.',
  ],
  ['rerank', rerank, 'Order texts by how well they answer a question, as rerankers do.'],
  ['moderations', moderations, 'Say whether a text is harmful, as the OpenAI API does.'],
  ['images/generations', images, 'Make pictures, as the OpenAI API does.'],
  ['audio/speech', speech, 'Speak a text, as the OpenAI API does.'],
  ['images/edits', imageEdits, 'Change pictures, as the OpenAI API does.'],
  ['images/variations', imageVariations, 'Make pictures like another, as the OpenAI API does.'],
  ['audio/transcriptions', transcription, 'Write down what is spoken, as the OpenAI API does.'],
  ['audio/translations', translation, 'Write down in English what is spoken, as OpenAI does.'],
]

export const operationRoutes: readonly RawRoute<App>[] = OPERATIONS.map(
  ([path, dialect, summary]) =>
    dialectRoute(dialect, { paths: [`/openai/v1/${path}`, `/v1/${path}`], summary }),
)

function plain(facts: Facts): Dialect {
  return {
    name: facts.dialect,
    ...errors,
    ...asItIs,
    read: (request, app) => readPlainRequest(request, app, facts),
  }
}

function form(facts: Parameters<typeof readFormRequest>[2]): Dialect {
  return {
    name: facts.dialect,
    ...errors,
    ...asItIs,
    read: (request, app) => readFormRequest(request, app, facts),
  }
}
