import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { providers } from '../providers/index.ts'
import { loadConfig } from './load.ts'

const examples = join(import.meta.dirname, '../../examples')
const names = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory())

test.each(names.map(({ name }) => name))('the example %s loads without a word', async (name) => {
  const sources = [join(examples, name, '**/*.toml')]
  const { config, warnings } = await loadConfig({ sources, env: {}, providers })
  expect(warnings).toEqual([])
  const own = [...config.functions.keys()].filter((key) => !key.startsWith('tensorzero::'))
  expect(own).not.toEqual([])
  expect(config.models.size).toBeGreaterThan(0)
  expect(config.metrics.size).toBeGreaterThan(0)
})

test('the templates of an example render', async () => {
  const sources = [join(examples, 'ner/**/*.toml')]
  const { config } = await loadConfig({ sources, env: {}, providers })
  const variant = config.functions.get('extract_entities')?.variants.get('baseline')
  if (variant === undefined || !('templates' in variant)) throw new Error('There is none.')
  const text = variant.templates
    .get('system')
    ?.render({ language: 'French', kinds: ['person', 'place'] })
  expect(text).toContain('is in French.\n\nLook for these kinds:\n\n- person\n- place\n')
})
