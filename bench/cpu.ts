/** CPU time and memory of other processes, as Linux tells it. */
import { readFileSync, readdirSync } from 'node:fs'

export interface CpuTime {
  /** Of the thread whose id is the process id: in Node, the event loop. */
  readonly mainUs: number
  /** All threads of the process and of all below it. */
  readonly treeUs: number
}

export function readCpu(pid: number): CpuTime {
  const tree = readTree(pid).flatMap((member) => readTasks(member))
  return {
    mainUs: readTaskUs(pid, pid),
    treeUs: tree.reduce((sum, { id, task }) => sum + readTaskUs(id, task), 0),
  }
}

/** Resident memory of the process and all below it, in MiB. */
export function readRssMib(pid: number): number {
  const kib = readTree(pid).map((member) => parseRssKib(read(`/proc/${member}/status`)))
  return kib.reduce((sum, value) => sum + value, 0) / 1024
}

/** `VmRSS` of a /proc/PID/status. */
export function parseRssKib(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0)
}

/** The parent's id in a /proc/PID/stat, whose second field, a name, may hold anything. */
export function parseParent(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0)
}

/** CPU time in a /proc/PID/schedstat, which begins with nanoseconds on a processor. */
export function parseRunUs(schedstat: string): number {
  return Number(schedstat.split(' ')[0] ?? 0) / 1000
}

/** User and system time in a /proc/PID/stat: fields 14 and 15, in ticks of 10 ms. */
export function parseTicksUs(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10_000
}

function readTree(pid: number): number[] {
  const parents = readdirSync('/proc')
    .map(Number)
    .filter((id) => Number.isInteger(id))
    .map((id) => ({ id, parent: parseParent(read(`/proc/${id}/stat`)) }))
  const tree = [pid]
  for (const member of tree) {
    tree.push(...parents.filter(({ parent }) => parent === member).map(({ id }) => id))
  }
  return tree
}

function readTasks(id: number): { id: number; task: number }[] {
  try {
    return readdirSync(`/proc/${id}/task`).map((task) => ({ id, task: Number(task) }))
  } catch {
    return []
  }
}

/** `schedstat` counts nanoseconds; where the kernel has none, `stat` counts ticks. */
function readTaskUs(id: number, task: number): number {
  const schedstat = read(`/proc/${id}/task/${task}/schedstat`)
  if (schedstat !== '') return parseRunUs(schedstat)
  return parseTicksUs(read(`/proc/${id}/task/${task}/stat`))
}

/** '' of a process that is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
