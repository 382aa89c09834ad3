import type { Model } from './config.ts'
import { atValue, type Finding, warning } from './problems.ts'

/** Providers that cannot serve the embedding model that they are written for. */
export function checkEmbeddings(models: ReadonlyMap<string, Model>): Finding[] {
  return [...models.values()].flatMap(({ name, targets }) =>
    targets
      .filter(({ wires }) => wires.embeddings === undefined)
      .map((target) => {
        const message = `the type \`${target.provider.type}\` makes no embeddings`
        const place = ['embedding_models', name, 'providers', target.name, 'type']
        return warning('no_embeddings', message, atValue(place), 'choose another provider')
      }),
  )
}
