/** Why the gateway cannot start, for a person. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
