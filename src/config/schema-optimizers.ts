import { z } from 'zod'
import { Retries } from './schema-common.ts'
import { Name } from './schema-files.ts'

const Model = Name.describe('The model to start from.')

/** What else a kind of optimizer takes is checked by whoever runs it. */
function optional(keys: string) {
  const option = z.unknown().optional().describe('An option of the optimizer.')
  return Object.fromEntries(keys.split(' ').map((key) => [key, option] as const))
}

function kind(name: string) {
  return z.literal(name).describe('The kind of optimizer.')
}

/** How a variant is made better, told apart by `type`. */
export const Optimizer = z.discriminatedUnion('type', [
  z.strictObject({
    type: kind('openai_sft'),
    model: Model,
    ...optional('batch_size learning_rate_multiplier n_epochs seed suffix credentials api_base'),
  }),
  z.strictObject({
    type: kind('openai_rft'),
    model: Model,
    grader: z.unknown().describe('What gives the marks.'),
    ...optional('response_format batch_size compute_multiplier eval_interval eval_samples'),
    ...optional('learning_rate_multiplier n_epochs reasoning_effort seed suffix'),
    ...optional('credentials api_base'),
  }),
  z.strictObject({
    type: kind('fireworks_sft'),
    model: Model,
    ...optional('early_stop epochs learning_rate max_context_length lora_rank batch_size'),
    ...optional('display_name output_model warm_start_from is_turbo eval_auto_carveout nodes'),
    ...optional('mtp_enabled mtp_num_draft_tokens mtp_freeze_base_model deploy_after_training'),
    ...optional('credentials account_id api_base'),
  }),
  z.strictObject({
    type: kind('together_sft'),
    model: Model,
    ...optional('n_epochs n_checkpoints n_evals batch_size learning_rate warmup_ratio'),
    ...optional('max_grad_norm weight_decay suffix lr_scheduler wandb_name training_method'),
    ...optional('training_type from_checkpoint from_hf_model hf_model_revision'),
    ...optional('hf_output_repo_name credentials api_base'),
  }),
  z.strictObject({
    type: kind('gcp_vertex_gemini_sft'),
    model: Model,
    ...optional('learning_rate_multiplier adapter_size n_epochs export_last_checkpoint_only seed'),
    ...optional('tuned_model_display_name bucket_name bucket_path_prefix project_id region'),
    ...optional('credentials service_account kms_key_name api_base'),
  }),
  z.strictObject({
    type: kind('dicl'),
    embedding_model: Name.describe('The model that finds the nearest examples.'),
    variant_name: Name.describe('The variant to make.'),
    function_name: Name.describe('Its function.'),
    ...optional('dimensions batch_size max_concurrency k model append_to_existing_variants'),
    ...optional('credentials'),
  }),
  z
    .strictObject({
      type: kind('gepa'),
      function_name: Name.describe('The function whose prompts are bred.'),
      evaluator_names: z.array(Name).optional().describe('Its evaluators that give the marks.'),
      evaluation_name: Name.optional().describe('Old: an evaluation that gives the marks.'),
      analysis_model: Name.describe('The model that finds what is wrong.'),
      mutation_model: Name.describe('The model that writes new prompts.'),
      retries: Retries.optional(),
      ...optional('initial_variants variant_prefix batch_size max_iterations max_concurrency'),
      ...optional('seed timeout include_inference_for_mutation max_tokens'),
    })
    .refine(
      ({ evaluator_names: names, evaluation_name: evaluation }) =>
        (names === undefined) !== (evaluation === undefined),
      'needs exactly one of `evaluator_names` and `evaluation_name`',
    ),
])
