import { z } from 'zod'

/**
 * A file that belongs to the configuration: its path, from the file that says it; or, in what a
 * gateway wrote itself, the path with the text.
 */
export const FileName = z.union([
  z.string().min(1),
  z.strictObject({
    __tensorzero_remapped_path: z.string().describe('What the text is known by.'),
    __data: z.string().describe('The text itself.'),
  }),
])
export type FileName = z.infer<typeof FileName>

/** Files under names: `NAME.path`. */
export function namedFiles(meaning: string) {
  return z
    .record(z.string(), z.strictObject({ path: FileName.describe('The file.') }))
    .default({})
    .describe(meaning)
}

export const Name = z.string().min(1)

/** A tenant, or whatever else requests are kept apart by. */
export const Namespace = z
  .string()
  .regex(/^(?!tensorzero::)./s, 'must not be empty or start with `tensorzero::`')
