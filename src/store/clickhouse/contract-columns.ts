import type { Index } from './ddl.ts'

/** Columns that many of TensorZero's tables have. */

export type Column = readonly [name: string, type: string]

export const NAME = 'LowCardinality(String)'
export const TAGS: Column = ['tags', 'Map(String, String) DEFAULT map()']
export const SNAPSHOT: Column = ['snapshot_hash', 'Nullable(UInt256)']
export const FUNCTION_TYPE: Column = ['function_type', "Enum8('chat' = 1, 'json' = 2)"]
export const UPDATED: Column = ['updated_at', "DateTime64(6, 'UTC') DEFAULT now64()"]
export const DELETED: Column = ['is_deleted', 'Bool DEFAULT false']
export const FINISH: Column = [
  'finish_reason',
  "Nullable(Enum8('stop' = 1, 'length' = 2, 'tool_call' = 3, 'content_filter' = 4, 'unknown' = 5, 'stop_sequence' = 6))",
]
export const TOOLS: readonly Column[] = [
  ['dynamic_tools', 'Array(String)'],
  ['dynamic_provider_tools', 'Array(String)'],
  ['allowed_tools', 'Nullable(String)'],
  ['tool_choice', 'Nullable(String)'],
  ['parallel_tool_calls', 'Nullable(Bool)'],
]
export const VERSIONED = {
  engine: 'ReplacingMergeTree',
  engineArguments: ['updated_at', 'is_deleted'],
} as const

export const timeOf = (id: string): Column => [
  'timestamp',
  `DateTime MATERIALIZED UUIDv7ToDateTime(${id})`,
]

export const bloom = (name: string, column: string, granularity = 1): Index => ({
  name,
  column,
  type: 'bloom_filter',
  granularity,
})

export const BY_FUNCTION: readonly Column[] = [
  ['function_name', NAME],
  ['variant_name', NAME],
]
