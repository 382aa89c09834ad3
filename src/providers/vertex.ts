import { z } from 'zod'
import type { UrlPlace } from './provider.ts'

/** What every model on Google Cloud's Vertex AI is found by. */
export const VERTEX_FIELDS = {
  location: z.string().min(1).describe('Its region, such as `us-central1` or `global`.'),
  project_id: z.string().min(1).describe('The Google Cloud project that pays.'),
}

/** Where a project's models are, with a slash at its end. */
export function vertexBase(place: VertexPlace): string {
  const { location, project_id: projectId } = place.options
  const project = encodeURIComponent(String(projectId))
  return `${vertexOrigin(place)}projects/${project}/locations/${encodeURIComponent(String(location))}/`
}

/** Where the names of all its resources count from, with a slash at its end. */
export function vertexOrigin({ base, options }: VertexPlace): string {
  const location = String(options['location'])
  const host = location === 'global' ? '' : `${location}-`
  return base === '' ? `https://${host}aiplatform.googleapis.com/v1/` : base
}

type VertexPlace = Pick<UrlPlace, 'base' | 'options'>

/** Options out of a resource path: `projects/P/locations/L/publishers/X/models/M` or `…/endpoints/E`. */
export function readVertexName(name: string, publisher: string): Record<string, unknown> | null {
  const parts = /^projects\/([^/]+)\/locations\/([^/]+)\/(.+)$/.exec(name)
  if (!parts) return null
  const [, project_id, location, rest = ''] = parts
  const endpoint = /^endpoints\/([^/]+)$/.exec(rest)?.[1]
  if (endpoint !== undefined) return { project_id, location, endpoint_id: endpoint }
  const prefix = `publishers/${publisher}/models/`
  if (!rest.startsWith(prefix)) return null
  return { project_id, location, model_id: rest.slice(prefix.length) }
}
