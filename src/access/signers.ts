import type { Clock } from '../lib/clock.ts'
import { AwsSigner } from './aws.ts'
import { GcpSigner } from './gcp.ts'

/** Who we are to the clouds. Their libraries are loaded when first used. */
export interface Signers {
  readonly aws: AwsSigner
  readonly gcp: GcpSigner
}

export function createSigners(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Signers {
  return { aws: new AwsSigner(env, clock), gcp: new GcpSigner() }
}
