import type { Route } from '../http/route.ts'
import type { App } from './app.ts'
import { countTokens } from './anthropic/count-tokens.ts'
import { messages } from './anthropic/messages.ts'
import { geminiMethods } from './gemini/generate.ts'
import { geminiModels } from './gemini/models.ts'
import { experimentRoutes } from './tensorzero/experiment-routes.ts'
import { internalFeedback } from './tensorzero/internal-feedback.ts'
import { feedback } from './tensorzero/feedback.ts'
import { addDiclExamples } from './tensorzero/examples.ts'
import { batchRoutes } from './tensorzero/batch-routes.ts'
import { action } from './tensorzero/action.ts'
import { inference } from './tensorzero/inference.ts'
import { configRoutes } from './tensorzero/config-routes.ts'
import { episodeRoutes } from './tensorzero/episode-routes.ts'
import { nativeFunctions } from './tensorzero/function-routes.ts'
import { modelInferenceRoutes } from './tensorzero/model-inferences.ts'
import { workflowRoutes } from './tensorzero/workflow-routes.ts'
import { usageRoutes } from './tensorzero/usage-routes.ts'
import { datasetRoutes } from './tensorzero/datasets.ts'
import { storedInferences } from './tensorzero/stored-inferences.ts'
import { metaRoutes } from './meta.ts'
import { listedModels } from './models.ts'
import { storedFile } from './tensorzero/object-storage.ts'
import { operationRoutes } from './openai/operations/routes.ts'
import { inputTokens } from './openai/responses/input-tokens.ts'
import { responses } from './openai/responses/responses.ts'
import { storedResponses } from './openai/responses/stored-routes.ts'
import { chatCompletions } from './openai/chat.ts'
import { pages, root } from './ui/pages.ts'
import { functionRoutes } from './ui/function-routes.ts'
import { uiRoutes } from './ui/routes.ts'

export { strayError } from './stray-error.ts'
export { plainError } from './tensorzero/error-json.ts'

/** Every route there is. */
export const routes: readonly Route<App>[] = [
  chatCompletions,
  messages,
  countTokens,
  responses,
  inputTokens,
  ...storedResponses,
  inference,
  action,
  ...batchRoutes,
  addDiclExamples,
  storedFile,
  feedback,
  ...internalFeedback,
  ...experimentRoutes,
  geminiMethods,
  ...geminiModels,
  ...operationRoutes,
  ...storedInferences,
  ...datasetRoutes,
  ...configRoutes,
  ...episodeRoutes,
  ...nativeFunctions,
  ...modelInferenceRoutes,
  ...usageRoutes,
  ...workflowRoutes,
  ...metaRoutes,
  ...listedModels,
  ...uiRoutes,
  ...functionRoutes,
  pages,
  root,
]
