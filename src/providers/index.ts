import { anthropic } from './anthropic.ts'
import { awsBedrock } from './aws-bedrock.ts'
import { awsSagemaker } from './aws-sagemaker.ts'
import { azure } from './azure.ts'
import { cerebras } from './cerebras.ts'
import { cohere } from './cohere.ts'
import { deepseek } from './deepseek.ts'
import { demo } from './demo.ts'
import { dummy } from './dummy.ts'
import { fireworks } from './fireworks.ts'
import { gcpVertexAnthropic } from './gcp-vertex-anthropic.ts'
import { gcpVertexGemini } from './gcp-vertex-gemini.ts'
import { googleAiStudioGemini } from './google-ai-studio-gemini.ts'
import { groq } from './groq.ts'
import { huggingface } from './huggingface.ts'
import { hyperbolic } from './hyperbolic.ts'
import { llamacpp } from './llamacpp.ts'
import { mistral } from './mistral.ts'
import { moonshot } from './moonshot.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import { openrouter } from './openrouter.ts'
import { perplexity } from './perplexity.ts'
import { sglang } from './sglang.ts'
import { tgi } from './tgi.ts'
import { together } from './together.ts'
import { vllm } from './vllm.ts'
import { xai } from './xai.ts'
import { zai } from './zai.ts'
import type { Provider } from './provider.ts'

/** Every provider we ship. To add one: a file, a line here, a folder of fixtures. */
export const providers: readonly Provider[] = [
  anthropic,
  awsBedrock,
  awsSagemaker,
  azure,
  cerebras,
  cohere,
  deepseek,
  demo,
  dummy,
  fireworks,
  gcpVertexAnthropic,
  gcpVertexGemini,
  googleAiStudioGemini,
  groq,
  huggingface,
  hyperbolic,
  llamacpp,
  mistral,
  moonshot,
  ollama,
  openai,
  openrouter,
  perplexity,
  sglang,
  tgi,
  together,
  vllm,
  xai,
  zai,
]
