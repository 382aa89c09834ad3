export function pass(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms)
  })
}

/** What `look` finds, as soon as it finds something. */
export async function within<T>(ms: number, look: () => Promise<T | false>): Promise<T> {
  const giveUp = Date.now() + ms
  for (;;) {
    const found = await look()
    if (found !== false) return found
    if (Date.now() > giveUp) throw new Error(`It did not come about within ${ms} ms.`)
    await pass(100)
  }
}
