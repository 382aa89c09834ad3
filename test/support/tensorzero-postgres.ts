/**
 * TensorZero's tables in PostgreSQL, by their columns' names and types alone: what a reader of them
 * relies on.
 */
export const TENSORZERO_TABLES = `
CREATE SCHEMA tensorzero;
SET search_path = tensorzero;

CREATE TABLE chat_inferences (id uuid, function_name text, variant_name text, episode_id uuid,
  processing_time_ms int, ttft_ms int, tags jsonb DEFAULT '{}', snapshot_hash bytea,
  created_at timestamptz, PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
CREATE TABLE json_inferences (id uuid, function_name text, variant_name text, episode_id uuid,
  processing_time_ms int, ttft_ms int, tags jsonb DEFAULT '{}', snapshot_hash bytea,
  created_at timestamptz, PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
CREATE TABLE chat_inference_data (id uuid, input jsonb, output jsonb, inference_params jsonb,
  extra_body jsonb DEFAULT '[]', dynamic_tools jsonb DEFAULT '[]',
  dynamic_provider_tools jsonb DEFAULT '[]', allowed_tools jsonb, tool_choice jsonb,
  parallel_tool_calls boolean, created_at timestamptz, PRIMARY KEY (id, created_at))
  PARTITION BY RANGE (created_at);
CREATE TABLE json_inference_data (id uuid, input jsonb, output jsonb, output_schema jsonb,
  inference_params jsonb, extra_body jsonb DEFAULT '[]', auxiliary_content jsonb,
  created_at timestamptz, PRIMARY KEY (id, created_at)) PARTITION BY RANGE (created_at);
CREATE TABLE model_inferences (id uuid, inference_id uuid, model_name text,
  model_provider_name text, input_tokens int, output_tokens int, response_time_ms int, ttft_ms int,
  cached boolean DEFAULT false, finish_reason text, snapshot_hash bytea, created_at timestamptz,
  cost numeric(18, 9), provider_cache_read_input_tokens int, provider_cache_write_input_tokens int,
  function_name text DEFAULT '', variant_name text DEFAULT '', PRIMARY KEY (id, created_at))
  PARTITION BY RANGE (created_at);
CREATE TABLE model_inference_data (id uuid, raw_request text, raw_response text, system text,
  input_messages jsonb, output jsonb, created_at timestamptz, PRIMARY KEY (id, created_at))
  PARTITION BY RANGE (created_at);
${[
  'chat_inferences',
  'json_inferences',
  'chat_inference_data',
  'json_inference_data',
  'model_inferences',
  'model_inference_data',
]
  .map(
    (table) => `
CREATE TABLE ${table}_2026_11 PARTITION OF ${table} FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
CREATE TABLE ${table}_default PARTITION OF ${table} DEFAULT;`,
  )
  .join('')}

CREATE TABLE boolean_metric_feedback (id uuid PRIMARY KEY, target_id uuid, metric_name text,
  value boolean, tags jsonb DEFAULT '{}', snapshot_hash bytea, created_at timestamptz);
CREATE TABLE float_metric_feedback (id uuid PRIMARY KEY, target_id uuid, metric_name text,
  value double precision, tags jsonb DEFAULT '{}', snapshot_hash bytea, created_at timestamptz);
CREATE TABLE comment_feedback (id uuid PRIMARY KEY, target_id uuid, target_type text, value text,
  tags jsonb DEFAULT '{}', snapshot_hash bytea, created_at timestamptz);
CREATE TABLE demonstration_feedback (id uuid PRIMARY KEY, inference_id uuid, value jsonb,
  tags jsonb DEFAULT '{}', snapshot_hash bytea, created_at timestamptz);
CREATE TABLE chat_datapoints (id uuid PRIMARY KEY, dataset_name text, function_name text,
  episode_id uuid, input jsonb, output jsonb, dynamic_tools jsonb DEFAULT '[]',
  dynamic_provider_tools jsonb DEFAULT '[]', allowed_tools jsonb, tool_choice jsonb,
  parallel_tool_calls boolean, tags jsonb DEFAULT '{}', is_custom boolean DEFAULT false,
  source_inference_id uuid, name text, snapshot_hash bytea, staled_at timestamptz,
  created_at timestamptz, updated_at timestamptz);
CREATE TABLE json_datapoints (id uuid PRIMARY KEY, dataset_name text, function_name text,
  episode_id uuid, input jsonb, output jsonb, output_schema jsonb, tags jsonb DEFAULT '{}',
  is_custom boolean DEFAULT false, source_inference_id uuid, name text, snapshot_hash bytea,
  staled_at timestamptz, created_at timestamptz, updated_at timestamptz);
CREATE TABLE workflow_evaluation_runs (run_id uuid PRIMARY KEY, project_name text,
  run_display_name text, variant_pins jsonb DEFAULT '{}', tags jsonb DEFAULT '{}',
  snapshot_hash bytea, staled_at timestamptz, created_at timestamptz, updated_at timestamptz);
CREATE TABLE workflow_evaluation_run_episodes (episode_id uuid PRIMARY KEY, run_id uuid,
  variant_pins jsonb DEFAULT '{}', task_name text, tags jsonb DEFAULT '{}', snapshot_hash bytea,
  staled_at timestamptz, created_at timestamptz, updated_at timestamptz);
CREATE TABLE config_snapshots (hash bytea PRIMARY KEY, config text,
  extra_templates jsonb DEFAULT '{}', tensorzero_version text, tags jsonb DEFAULT '{}',
  created_at timestamptz, last_used timestamptz);
`
