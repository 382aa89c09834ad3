/** A thread beside the writer's: its file, and what it gets as `workerData`. */
export interface HelperThread {
  readonly thread: URL
  readonly threadData: unknown
}
