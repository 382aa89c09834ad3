import type { Json } from '../lib/json.ts'
import { type CheckValue, SchemaError } from '../lib/json-schema.ts'
import type { TemplateCompiler } from '../lib/templates.ts'
import type { Schema } from './functions.ts'
import { atValue, error, type Finding, type Path } from './problems.ts'
import type { FileText, FileTexts } from './references.ts'

/** What functions are made with. */
export interface Workshop {
  readonly texts: FileTexts
  readonly templates: TemplateCompiler
  /** Throws a `SchemaError`. */
  readonly compileSchema: (json: Json) => CheckValue
  readonly findings: Finding[]
}

/** The schema that every value fits. */
export const ANYTHING: Schema = Object.freeze({ json: Object.freeze({}), check: () => [] })

/** The schema in a file; null when it is none, which is complained about. */
export function resolveSchema(place: Path, shop: Workshop): Schema | null {
  const file = shop.texts.get(place)
  if (file === undefined) return null
  const json = parseSchema(file, place, shop.findings)
  if (json === undefined) return null
  try {
    return Object.freeze({ json, check: shop.compileSchema(json) })
  } catch (thrown) {
    if (!(thrown instanceof SchemaError)) throw thrown
    const message = `Failed to compile JSON Schema \`${file.path}\`: ${thrown.message}`
    shop.findings.push(error('bad_schema', message, atValue(place)))
    return null
  }
}

function parseSchema({ path, text }: FileText, place: Path, findings: Finding[]): Json | undefined {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.parse makes nothing else
    return JSON.parse(text) as Json
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    const message = `Failed to parse JSON Schema \`${path}\`: ${reason}`
    findings.push(error('bad_schema', message, atValue(place)))
  }
}
