import { makeDirectory, openTestReader, openTestRecorder } from './fixtures/open.ts'
import { describeStore } from './store.conformance.ts'

describeStore('SQLite', async () => {
  const directory = makeDirectory()
  const { recorder } = openTestRecorder(directory.path, { maxQueueBytes: 1e9 })
  const reader = openTestReader(directory.path)
  return {
    write: (records) => {
      for (const record of records) recorder.add(record, 5000)
      return recorder.flush()
    },
    reader,
    close: async () => {
      await Promise.all([recorder.close(), reader.close()])
      directory.remove()
    },
  }
})
