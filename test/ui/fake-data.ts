import type {
  Attempt,
  InferenceDetail,
  LogRow,
  Overview,
  Setup,
  Usage,
} from '../../src/api/ui/contract.ts'

/** Rows of an invented, busy day. Everything is a function of `index` and of the clock. */
const FUNCTIONS = [
  ['triage_ticket', 'v3_short'],
  ['answer_question', 'rag_v2'],
  ['extract_invoice', 'json_strict'],
  ['write_reply', 'tone_b'],
  ['rerank_docs', 'mini'],
] as const
const MODELS = ['claude-sonnet-5', 'gpt-5.2-mini', 'gemini-3-flash', 'qwen3-32b', 'gpt-5.2']
const PROVIDERS = ['anthropic', 'openai', 'gemini', 'ollama', 'openai']
const INPUTS = [
  '發票金額好像算錯了，可以幫我看一下嗎？附件是這個月的帳單。',
  'Where is my order 88213? It said delivered but nothing arrived',
  'How do I rotate the signing key without downtime?',
  '匯出的 CSV 為什麼是亂碼？',
  'Make it warmer and half as long',
  '12 passages, query: refund window',
]

export function idOf(index: number): string {
  return `019a7f3e-${String(9999 - index).padStart(4, '0')}-7000-8000-${String(100_000_000_000 - index)}`
}

export function indexOf(id: string): number {
  return 100_000_000_000 - Number(id.split('-').at(-1))
}

export function fakeRow(index: number, nowMs: number): LogRow {
  const at = Math.abs(index)
  const [functionName, variantName] = pick(FUNCTIONS, at * 7)
  const limited = at % 13 === 5
  const failed = at % 17 === 9
  const outcome = failed ? 'truncated' : limited ? 'upstream_error' : 'ok'
  const ttft = 120 + ((at * 97) % 700)
  const inputTokens = 180 + ((at * 331) % 5200)
  const outputTokens = 12 + ((at * 57) % 640)
  return {
    id: idOf(index),
    episode_id: idOf(index),
    started_at: new Date(nowMs - at * 1_130).toISOString(),
    state: 'done',
    outcome,
    status: limited ? 429 : 200,
    function_name: functionName,
    variant_name: variantName,
    requested_model: pick(MODELS, at * 3),
    model: pick(MODELS, at * 3),
    provider: pick(PROVIDERS, at * 3),
    stream: true,
    input_preview: pick(INPUTS, at * 5),
    output_preview: 'I have routed this ticket to billing-refunds.',
    error_message: failed
      ? 'stream cut after 212 tokens, partial kept'
      : limited
        ? 'quota exceeded, retry after 20 s'
        : null,
    input_tokens: limited ? null : inputTokens,
    output_tokens: limited ? null : outputTokens,
    cost: limited ? null : inputTokens * 2.5e-7 + outputTokens * 2e-6,
    latency_ms: limited ? 180 + ((at * 7) % 120) : ttft + 300 + ((at * 211) % 2600),
    ttft_ms: limited ? null : ttft,
    attempts: at % 9 === 0 ? 2 : 1,
    tags: { plan: 'annual', lang: 'zh-TW' },
  }
}

export function fakeRunning(id: string, nowMs: number): LogRow {
  return {
    ...fakeRow(0, nowMs),
    id,
    started_at: new Date(nowMs).toISOString(),
    state: 'running',
    outcome: null,
    status: null,
    output_preview: '',
    input_tokens: null,
    output_tokens: null,
    cost: null,
    latency_ms: null,
    ttft_ms: null,
  }
}

export function fakeOverview(nowMs: number): Overview {
  const buckets = Array.from({ length: 90 }, (_, index) => ({
    started_at: new Date(nowMs - (90 - index) * 10_000).toISOString(),
    requests: Math.round(180 + 60 * Math.sin(index / 9) + ((index * 37) % 40)),
    errors: index > 52 && index < 58 ? 60 + index : index % 7 === 0 ? 6 : 0,
    cost: 0.01 + (index % 5) * 0.002,
    latency_p95_ms: index % 31 === 3 ? null : 2800 + 500 * Math.cos(index / 8),
    ttft_p95_ms: 700 + 200 * Math.sin(index / 5),
  }))
  const sum = (read: (bucket: (typeof buckets)[number]) => number): number =>
    buckets.reduce((total, bucket) => total + read(bucket), 0)
  return {
    bucket_ms: 10_000,
    buckets,
    requests: sum((bucket) => bucket.requests),
    errors: sum((bucket) => bucket.errors),
    cost: sum((bucket) => bucket.cost),
    latency_p95_ms: 3120,
    ttft_p95_ms: 841,
  }
}

const NO_USAGE: Usage = {
  input: null,
  cache_read: null,
  cache_write: null,
  cache_write_1h: null,
  audio_input: null,
  image_input: null,
  output: null,
  reasoning: null,
  audio_output: null,
}

export function fakeSetup(seenFirstRequest: boolean): Setup {
  return {
    version: '0.1.0',
    seen_first_request: seenFirstRequest,
    addresses: ['http://localhost:3000', 'http://192.168.1.20:3000'],
    data_dir: '~/.local/share/weir',
    config_files: [],
    providers: [
      { name: 'demo', ready: true, detail: 'built in, free, streams, calls tools' },
      { name: 'openai', ready: true, detail: 'OPENAI_API_KEY …f3Qa' },
      { name: 'ollama', ready: true, detail: 'localhost:11434, 4 models' },
      { name: 'anthropic', ready: false, detail: 'set ANTHROPIC_API_KEY' },
    ],
  }
}

export function fakeDetail(row: LogRow): InferenceDetail {
  return {
    ...row,
    attempts: 2,
    latency_ms: 2840,
    ttft_ms: 922,
    input_tokens: 1842,
    output_tokens: 331,
    cost: 0.00418,
    dialect: 'openai',
    overhead_ms: 0.9,
    error_code: null,
    finish: 'stop',
    usage: { ...NO_USAGE, input: 306, cache_read: 1536, output: 203, reasoning: 128 },
    warnings: ['`logit_bias` is not known to this model and was left out'],
    config_hash: 'a41f9c2e',
    payload: 'present',
    input: fakeInput(),
    tools: [{ name: 'create_credit_note', parameters: { type: 'object', properties: {} } }],
    params: { temperature: 0.2, max_tokens: 800 },
    output: [
      {
        type: 'thought',
        text: 'Line 4 repeats the annual fee already billed in January, so a credit is due.',
      },
      {
        type: 'text',
        text: '我看了一下，這張發票把 **2 月的年費** 重複計算了一次，多收了 NT$1,200。\n\nI have opened credit note **CN-5512** and routed this ticket to `billing-refunds` with priority **P2**:\n\n- the customer is on the annual plan\n- the charge is older than 30 days\n\nSee [the policy](https://example.com/policy).',
      },
    ],
    raw_request: JSON.stringify({
      model: row.requested_model,
      stream: true,
      n: 12345678901234567890n.toString(),
    }),
    attempt_list: fakeAttempts(),
  }
}

function fakeInput(): InferenceDetail['input'] {
  const system =
    'You are a support triage agent for {{product}}. Decide the queue, priority and the next step. '.repeat(
      4,
    )
  return [
    { role: 'system', content: [{ type: 'text', text: system }] },
    { role: 'user', content: [{ type: 'text', text: INPUTS[0] ?? '' }] },
    {
      role: 'assistant',
      content: [
        { type: 'thought', text: 'The user asks about an invoice.', signature: 'abc' },
        {
          type: 'tool_call',
          id: 'call_1',
          name: 'create_credit_note',
          arguments: '{"invoice":"INV-20933","line":4,"amount":1200,"currency":"TWD"}',
        },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          id: 'call_1',
          name: 'create_credit_note',
          result: '{"credit_note":"CN-5512","status":"issued"}',
        },
      ],
    },
  ]
}

function fakeAttempts(): Attempt[] {
  const shared = {
    bytes_out: 9120,
    bytes_in: 20_411,
    stale_retry: false,
    raw_request:
      '{"model":"gpt-5.2-mini","messages":[{"role":"user","content":"hi"}],"stream":true}',
  }
  return [
    {
      ...shared,
      id: 'attempt-1',
      number: 1,
      reason: 'first',
      provider: 'azure',
      provider_type: 'azure',
      upstream_model: 'gpt-5.2-mini',
      url: 'https://example.azure.com/openai/deployments/mini/chat/completions',
      status: 429,
      error: 'rate_limited',
      error_message: 'quota exceeded, retry-after 20 s: went to the next provider',
      started_ms: 0.9,
      head_ms: 309,
      ttft_ms: null,
      ended_ms: 310,
      reused_socket: false,
      may_have_been_billed: false,
      usage: null,
      usage_source: 'unknown',
      cost: null,
      finish: null,
      finish_raw: null,
      raw_response: '{"error":{"message":"quota exceeded","code":"429"}}',
    },
    {
      ...shared,
      id: 'attempt-2',
      number: 2,
      reason: 'fallback',
      provider: 'openai',
      provider_type: 'openai',
      upstream_model: 'gpt-5.2-mini',
      url: 'https://api.openai.com/v1/chat/completions',
      status: 200,
      error: null,
      error_message: null,
      started_ms: 310.4,
      head_ms: 700,
      ttft_ms: 922,
      ended_ms: 2839,
      reused_socket: true,
      may_have_been_billed: false,
      usage: { ...NO_USAGE, input: 306, cache_read: 1536, output: 203, reasoning: 128 },
      usage_source: 'provider',
      cost: 0.00418,
      finish: 'stop',
      finish_raw: 'stop',
      raw_response: Array.from(
        { length: 214 },
        (_, index) => `data: {"choices":[{"index":0,"delta":{"content":"token ${index}"}}]}\n`,
      ).join('\n'),
    },
  ]
}

function pick<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}
