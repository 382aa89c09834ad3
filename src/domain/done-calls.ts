/**
 * Whether what looks like a call for the client is done already: searches of X are told as calls of
 * tools, by such names, and nobody answers them.
 */
export function isDoneCall(callId: string | undefined): boolean {
  return callId?.startsWith('xs_') === true
}
