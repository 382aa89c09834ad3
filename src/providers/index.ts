import { demo } from './demo.ts'
import { dummy } from './dummy.ts'
import { openai } from './openai.ts'
import { openrouter } from './openrouter.ts'
import type { Provider } from './provider.ts'

/** Every provider we ship. To add one: a file, a line here, a folder of fixtures. */
export const providers: readonly Provider[] = [demo, dummy, openai, openrouter]
