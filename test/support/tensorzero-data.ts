/** Rows as TensorZero writes them, for both kinds of database that it uses. */
type Row = Readonly<Record<string, unknown>>
type Tables = Readonly<Record<string, readonly Row[]>>

const FIRST_MS = Date.UTC(2026, 10, 20, 12)

/** A UUIDv7 of the n-th second; `kind` keeps ids of different things apart. */
export function uuidOf(number: number, kind = 0): string {
  const time = (FIRST_MS + number * 1000).toString(16).padStart(12, '0')
  const rest = number.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8${kind.toString(16).padStart(3, '0')}-${rest}`
}

const timeOf = (number: number) => new Date(FIRST_MS + number * 1000).toISOString()

/** 32 bytes in hexadecimal: the hash of a configuration. */
const HASH = 'ab'.repeat(31) + '01'
export const HASH_NUMBER = BigInt(`0x${HASH}`).toString()

export const CONFIG = '[functions.greet]\ntype = "chat"\n[functions.greet.variants.short]\n'

/** Names as in PostgreSQL; JSON as JSON. Odd inferences greet, even ones extract. */
export function tensorZeroRows(inferences: number): Tables {
  const numbers = Array.from({ length: inferences }, (_, index) => index + 1)
  const chats = numbers.filter((number) => number % 2 === 1)
  const jsons = numbers.filter((number) => number % 2 === 0)
  return {
    config_snapshots: [
      {
        hash: `\\x${HASH}`,
        config: CONFIG,
        extra_templates: { a: 'b' },
        tensorzero_version: '2026.4.0',
        tags: { by: 'ci' },
        created_at: timeOf(0),
        last_used: timeOf(9),
      },
    ],
    workflow_evaluation_runs: [
      {
        run_id: uuidOf(1, 6),
        project_name: 'p',
        run_display_name: 'first',
        variant_pins: { greet: 'short' },
        tags: { a: 'b' },
        created_at: timeOf(1),
        updated_at: timeOf(1),
      },
    ],
    workflow_evaluation_run_episodes: [
      {
        episode_id: uuidOf(2, 6),
        run_id: uuidOf(1, 6),
        variant_pins: { greet: 'short' },
        task_name: 'one',
        tags: { a: 'b' },
        created_at: timeOf(2),
        updated_at: timeOf(2),
      },
    ],
    chat_inferences: chats.map((number) => metadata(number, 'greet', 'short')),
    chat_inference_data: chats.map((number) => ({
      id: uuidOf(number),
      input: { system: 'Be kind.', messages: [question(number)] },
      output: [
        { type: 'text', text: `Hello ${number}` },
        {
          type: 'tool_call',
          id: `call_${number}`,
          raw_name: 'look',
          raw_arguments: '{"at":1}',
          name: 'look',
          arguments: { at: 1 },
        },
      ],
      inference_params: { chat_completion: { temperature: 0.5 } },
      extra_body: [],
      dynamic_tools: [
        { type: 'function', name: 'extra', description: '', parameters: {}, strict: false },
      ],
      dynamic_provider_tools: [],
      allowed_tools: { tools: ['look'], choice: 'explicit' },
      tool_choice: 'auto',
      parallel_tool_calls: true,
      created_at: timeOf(number),
    })),
    json_inferences: jsons.map((number) => metadata(number, 'extract', 'plain')),
    json_inference_data: jsons.map((number) => ({
      id: uuidOf(number),
      input: {
        messages: [
          { role: 'user', content: [{ type: 'template', name: 'user', arguments: { n: number } }] },
        ],
      },
      output: { raw: `{"n":${number}}`, parsed: { n: number } },
      output_schema: { type: 'object' },
      inference_params: {},
      extra_body: [],
      auxiliary_content: [],
      created_at: timeOf(number),
    })),
    model_inferences: numbers.map((number) => ({
      id: uuidOf(number, 2),
      inference_id: uuidOf(number),
      model_name: 'gpt',
      model_provider_name: 'openai',
      input_tokens: 12,
      output_tokens: 5,
      response_time_ms: 90,
      ttft_ms: null,
      cached: false,
      finish_reason: number % 2 === 1 ? 'tool_call' : 'stop',
      created_at: timeOf(number),
      cost: '0.001234567',
      provider_cache_read_input_tokens: 2,
      provider_cache_write_input_tokens: null,
      function_name: number % 2 === 1 ? 'greet' : 'extract',
      variant_name: number % 2 === 1 ? 'short' : 'plain',
    })),
    model_inference_data: numbers.map((number) => ({
      id: uuidOf(number, 2),
      raw_request: `{"model":"gpt-1","n":${number}}`,
      raw_response: `{"answer":${number}}`,
      system: number % 2 === 1 ? 'Be kind.' : null,
      input_messages: [question(number)],
      output:
        number % 2 === 1
          ? [
              { type: 'text', text: `Hello ${number}` },
              { type: 'tool_call', id: `call_${number}`, name: 'look', arguments: '{"at":1}' },
            ]
          : [{ type: 'text', text: `{"n":${number}}` }],
      created_at: timeOf(number),
    })),
    boolean_metric_feedback: [
      { ...said(1), target_id: uuidOf(1), metric_name: 'good', value: true },
      { ...said(2), target_id: uuidOf(1, 1), metric_name: 'solved', value: false },
    ],
    float_metric_feedback: [
      { ...said(3), target_id: uuidOf(1), metric_name: 'stars', value: 4.5 },
      { ...said(4), target_id: uuidOf(3), metric_name: 'stars', value: 2.5 },
    ],
    comment_feedback: [
      { ...said(5), target_id: uuidOf(2, 1), target_type: 'episode', value: 'well done' },
    ],
    demonstration_feedback: [
      { ...said(6), inference_id: uuidOf(1), value: [{ type: 'text', text: 'Hello!' }] },
    ],
    chat_datapoints: [
      {
        ...datapoint(1, 'greet'),
        output: [{ type: 'text', text: 'Hi' }],
        dynamic_tools: [],
        dynamic_provider_tools: [],
        tool_choice: 'auto',
      },
      { ...datapoint(2, 'greet'), staled_at: timeOf(50) },
    ],
    json_datapoints: [
      {
        ...datapoint(3, 'extract'),
        output: { raw: '{"n":1}', parsed: { n: 1 } },
        output_schema: { type: 'object' },
      },
    ],
  }
}

function metadata(number: number, functionName: string, variant: string): Row {
  return {
    id: uuidOf(number),
    function_name: functionName,
    variant_name: variant,
    episode_id: uuidOf(number, 1),
    processing_time_ms: 100,
    ttft_ms: null,
    tags: { user: `u${number}` },
    snapshot_hash: `\\x${HASH}`,
    created_at: timeOf(number),
  }
}

function question(number: number): Row {
  return { role: 'user', content: [{ type: 'text', text: `Question ${number}` }] }
}

function said(number: number): Row {
  return { id: uuidOf(number, 3), tags: { by: 'me' }, created_at: timeOf(number) }
}

function datapoint(number: number, functionName: string): Row {
  return {
    id: uuidOf(number, 4),
    dataset_name: 'tests',
    function_name: functionName,
    input: { messages: [question(number)] },
    output: null,
    tags: { set: 'a' },
    is_custom: true,
    source_inference_id: uuidOf(number),
    name: `case ${number}`,
    created_at: timeOf(number),
    updated_at: timeOf(number),
  }
}

/** One statement that fills the tables of PostgreSQL. */
export function postgresInserts(tables: Tables): string {
  return Object.entries(tables)
    .map(([table, rows]) => {
      const json = JSON.stringify(rows).replaceAll("'", "''")
      const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].join(', ')
      return `INSERT INTO tensorzero.${table} (${columns})
        SELECT ${columns} FROM jsonb_populate_recordset(NULL::tensorzero.${table}, '${json}');`
    })
    .join('\n')
}

interface Place {
  readonly table: string
  /** Where its texts are in PostgreSQL. */
  readonly join?: string
  /** The id that is a number here. */
  readonly uint?: string
}

/** The tables of ClickHouse, where metadata and texts stand together. */
const CLICKHOUSE: Readonly<Record<string, Place>> = {
  config_snapshots: { table: 'ConfigSnapshot' },
  workflow_evaluation_runs: { table: 'DynamicEvaluationRun', uint: 'run_id' },
  workflow_evaluation_run_episodes: { table: 'DynamicEvaluationRunEpisode', uint: 'episode_id' },
  chat_inferences: { table: 'ChatInference', join: 'chat_inference_data' },
  json_inferences: { table: 'JsonInference', join: 'json_inference_data' },
  model_inferences: { table: 'ModelInference', join: 'model_inference_data' },
  boolean_metric_feedback: { table: 'BooleanMetricFeedback' },
  float_metric_feedback: { table: 'FloatMetricFeedback' },
  comment_feedback: { table: 'CommentFeedback' },
  demonstration_feedback: { table: 'DemonstrationFeedback' },
  chat_datapoints: { table: 'ChatInferenceDatapoint' },
  json_datapoints: { table: 'JsonInferenceDatapoint' },
}

/** Statements that fill the tables of ClickHouse. */
export function clickHouseInserts(tables: Tables): string[] {
  return Object.entries(CLICKHOUSE).flatMap(([name, place]) => {
    const texts = new Map((tables[place.join ?? ''] ?? []).map((row) => [row['id'], row]))
    const lines = (tables[name] ?? []).map((row) =>
      JSON.stringify(clickHouseRow(row, texts.get(row['id']), place)),
    )
    return lines.length === 0
      ? []
      : [`INSERT INTO ${place.table} FORMAT JSONEachRow\n${lines.join('\n')}`]
  })
}

const MAPS = new Set(['tags', 'extra_templates', 'variant_pins'])

function clickHouseRow(row: Row, texts: Row | undefined, { uint }: Place): Row {
  const { created_at: created, ...facts } = { ...row, ...texts }
  const entries = Object.entries(facts).map(([column, value]) => {
    if (column === uint) return [`${column}_uint`, uintOf(value)]
    if (column === 'task_name') return ['datapoint_name', value]
    if (column === 'snapshot_hash' || column === 'hash') return [column, HASH_NUMBER]
    if (typeof value === 'string' && /_at$|^last_used$/.test(column)) {
      return [column, timeText(value)]
    }
    if (column.startsWith('dynamic_')) return [column, asTexts(value)]
    if (column === 'tool_choice') return [column, JSON.stringify(value)]
    if (typeof value !== 'object' || value === null || MAPS.has(column)) return [column, value]
    return [column, JSON.stringify(value)]
  })
  const snapshot = 'hash' in facts ? { created_at: timeText(String(created)) } : {}
  return { ...(Object.fromEntries(entries) as Row), ...snapshot }
}

function timeText(iso: string): string {
  return iso.replace('T', ' ').replace('Z', '')
}

function uintOf(id: unknown): string {
  return BigInt(`0x${String(id).replaceAll('-', '')}`).toString()
}

function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map((each) => JSON.stringify(each)) : []
}

/** As an older TensorZero wrote it: texts under `value`, all of tools in one column. */
export const OLD_INFERENCE: Row = {
  id: uuidOf(1),
  function_name: 'greet',
  variant_name: 'short',
  episode_id: uuidOf(1, 1),
  input: JSON.stringify({
    messages: [
      { role: 'user', content: [{ type: 'text', value: 'Hi' }] },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: [{ type: 'text', value: { topic: 'tea' } }] },
    ],
  }),
  output: JSON.stringify([{ type: 'text', text: 'Green.' }]),
  tool_params: JSON.stringify({
    tools_available: [{ name: 'look', description: 'd', parameters: {}, strict: false }],
    tool_choice: 'required',
    parallel_tool_calls: false,
  }),
  inference_params: '{}',
}

export const EXAMPLE: Row = {
  id: uuidOf(2),
  function_name: 'greet',
  variant_name: 'short',
  namespace: '',
  input: '{"messages":[]}',
  output: '[]',
  embedding: [1, 0.5],
}
