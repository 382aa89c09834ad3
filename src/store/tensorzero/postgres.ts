import pg from 'pg'
import { connectionOptions } from '../postgres/connection.ts'
import { nameOf } from '../postgres/name.ts'
import { RemoteFault } from '../remote/engine.ts'
import type { Row } from '../row.ts'
import { FIRST_ID, type SourceKind, type TensorZeroSource } from './source.ts'

/** TensorZero's tables in PostgreSQL: those of its schema `tensorzero`. */
export class PostgresSource implements TensorZeroSource {
  readonly name: string
  readonly #client: pg.Client
  #tables: ReadonlySet<string> = new Set()

  constructor(url: string) {
    this.name = nameOf(url)
    this.#client = new pg.Client(connectionOptions(url, 'weir import'))
    this.#client.on('error', () => {})
  }

  async open(): Promise<void> {
    await this.#guarded(() => this.#client.connect())
    await this.#ask('SET default_transaction_read_only = on', [])
    const tables = await this.#ask(
      "SELECT tablename FROM pg_tables WHERE schemaname = 'tensorzero'",
      [],
    )
    this.#tables = new Set(tables.map((row) => String(row['tablename'])))
    if (this.#tables.has('chat_inference_data')) return
    throw new RemoteFault(
      'settings',
      this.#tables.size === 0
        ? `${this.name} has no schema \`tensorzero\`.`
        : `The schema \`tensorzero\` of ${this.name} is older than 2026-03: let TensorZero bring it up to date first.`,
    )
  }

  async count(kind: SourceKind, after: string | null): Promise<number> {
    let count = 0
    for (const table of TABLES[kind].filter((name) => this.#tables.has(name))) {
      const { key, compare } = KEYS[kind]
      const [row] = await this.#ask(
        `SELECT count(*) AS n FROM tensorzero.${table} WHERE ${key} > ${compare}`,
        [after ?? firstOf(kind)],
      )
      count += Number(row?.['n'])
    }
    return count
  }

  page(
    kind: SourceKind,
    { after, limit }: { readonly after: string | null; readonly limit: number },
  ): Promise<readonly Row[]> {
    if (!TABLES[kind].every((table) => this.#tables.has(table))) return Promise.resolve([])
    return this.#ask(PAGES[kind], [after ?? firstOf(kind), limit])
  }

  calls(inferenceIds: readonly string[]): Promise<readonly Row[]> {
    return this.#ask(CALLS, [inferenceIds])
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {})
  }

  async #ask(sql: string, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.#guarded(() => this.#client.query<Row>(sql, [...values]))
    return rows
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (thrown) {
      const why = thrown instanceof Error && thrown.message !== '' ? thrown.message : 'no answer'
      throw new RemoteFault('away', `${this.name} cannot be read: ${why}.`, thrown)
    }
  }
}

const TABLES: Readonly<Record<SourceKind, readonly string[]>> = {
  config_snapshots: ['config_snapshots'],
  workflow_runs: ['workflow_evaluation_runs'],
  workflow_episodes: ['workflow_evaluation_run_episodes'],
  inferences: ['chat_inferences', 'json_inferences'],
  boolean_feedback: ['boolean_metric_feedback'],
  float_feedback: ['float_metric_feedback'],
  comments: ['comment_feedback'],
  demonstrations: ['demonstration_feedback'],
  chat_datapoints: ['chat_datapoints'],
  json_datapoints: ['json_datapoints'],
  examples: ['dicl_examples'],
}

const BY_ID = { key: 'id', compare: '$1::uuid' }
const KEYS: Readonly<Record<SourceKind, { readonly key: string; readonly compare: string }>> = {
  config_snapshots: { key: 'hash', compare: "decode(substr($1, 3), 'hex')" },
  workflow_runs: { ...BY_ID, key: 'run_id' },
  workflow_episodes: { ...BY_ID, key: 'episode_id' },
  inferences: BY_ID,
  boolean_feedback: BY_ID,
  float_feedback: BY_ID,
  comments: BY_ID,
  demonstrations: BY_ID,
  chat_datapoints: BY_ID,
  json_datapoints: BY_ID,
  examples: BY_ID,
}

function firstOf(kind: SourceKind): string {
  return kind === 'config_snapshots' ? '0x' : FIRST_ID
}

const SNAPSHOT = "'0x' || encode(snapshot_hash, 'hex') AS snapshot"
const msOf = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`

function pageOf(kind: SourceKind, columns: string): string {
  const { key, compare } = KEYS[kind]
  return `SELECT ${columns} FROM tensorzero.${TABLES[kind][0]} WHERE ${key} > ${compare}
    ORDER BY ${key} LIMIT $2`
}

/** A target is an inference where there is one of that id. */
const LEVEL = `CASE WHEN EXISTS (SELECT FROM tensorzero.chat_inferences i WHERE i.id = target_id)
  OR EXISTS (SELECT FROM tensorzero.json_inferences i WHERE i.id = target_id)
  THEN 'inference' ELSE 'episode' END AS level`
const METRIC = `id AS key, target_id AS target, ${LEVEL}, metric_name, value, tags, ${SNAPSHOT}`
const DATAPOINT = `id AS key, dataset_name, function_name, episode_id AS episode, input, output,
  tags, is_custom, source_inference_id AS source, name, ${SNAPSHOT},
  ${msOf('staled_at')} AS staled_ms, ${msOf('updated_at')} AS updated_ms`

/** Texts lie in tables of their own, which may have been emptied already. */
const inferencesOf = (type: string) => `(SELECT '${type}' AS type, id, created_at, function_name,
    variant_name, episode_id, processing_time_ms, ttft_ms, tags, snapshot_hash
  FROM tensorzero.${type}_inferences WHERE id > $1::uuid ORDER BY id LIMIT $2)`

const INFERENCES = `
  WITH page AS (
    SELECT * FROM (${inferencesOf('chat')} UNION ALL ${inferencesOf('json')}) AS both_types
    ORDER BY id LIMIT $2
  )
  SELECT p.type, p.id AS key, p.function_name, p.variant_name, p.episode_id AS episode,
    p.processing_time_ms, p.ttft_ms, p.tags, ${SNAPSHOT},
    coalesce(c.input, j.input) AS input, coalesce(c.output, j.output) AS output,
    coalesce(c.inference_params, j.inference_params) AS inference_params,
    coalesce(c.extra_body, j.extra_body) AS extra_body,
    c.dynamic_tools, c.dynamic_provider_tools, c.allowed_tools, c.tool_choice,
    c.parallel_tool_calls, j.output_schema, j.auxiliary_content
  FROM page AS p
  LEFT JOIN tensorzero.chat_inference_data AS c
    ON p.type = 'chat' AND c.id = p.id AND c.created_at = p.created_at
  LEFT JOIN tensorzero.json_inference_data AS j
    ON p.type = 'json' AND j.id = p.id AND j.created_at = p.created_at
  ORDER BY p.id`

const CALLS = `
  SELECT m.id AS key, m.inference_id AS inference, m.model_name, m.model_provider_name,
    m.variant_name, m.input_tokens, m.output_tokens, m.provider_cache_read_input_tokens,
    m.provider_cache_write_input_tokens, m.cost::text AS cost, m.response_time_ms, m.ttft_ms,
    m.cached, m.finish_reason, d.raw_request, d.raw_response, d.system, d.input_messages, d.output
  FROM tensorzero.model_inferences AS m
  LEFT JOIN tensorzero.model_inference_data AS d ON d.id = m.id AND d.created_at = m.created_at
  WHERE m.inference_id = ANY($1::uuid[]) ORDER BY m.id`

const PAGES: Readonly<Record<SourceKind, string>> = {
  inferences: INFERENCES,
  config_snapshots: pageOf(
    'config_snapshots',
    `'0x' || encode(hash, 'hex') AS key, config, extra_templates, tags,
     ${msOf('created_at')} AS created_ms, ${msOf('last_used')} AS used_ms`,
  ),
  workflow_runs: pageOf(
    'workflow_runs',
    'run_id AS key, variant_pins, tags, project_name, run_display_name',
  ),
  workflow_episodes: pageOf(
    'workflow_episodes',
    'episode_id AS key, run_id AS run, task_name, tags',
  ),
  boolean_feedback: pageOf('boolean_feedback', METRIC),
  float_feedback: pageOf('float_feedback', METRIC),
  comments: pageOf(
    'comments',
    `id AS key, target_id AS target, target_type AS level, value, tags, ${SNAPSHOT}`,
  ),
  demonstrations: pageOf(
    'demonstrations',
    `id AS key, inference_id AS target, 'inference' AS level, value, tags, ${SNAPSHOT}`,
  ),
  chat_datapoints: pageOf(
    'chat_datapoints',
    `${DATAPOINT}, dynamic_tools, dynamic_provider_tools, allowed_tools, tool_choice,
     parallel_tool_calls`,
  ),
  json_datapoints: pageOf('json_datapoints', `${DATAPOINT}, output_schema`),
  examples: pageOf(
    'examples',
    'id AS key, function_name, variant_name, namespace, input, output, embedding::text AS embedding',
  ),
}
