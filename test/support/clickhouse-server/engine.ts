import { Session } from 'chdb'

/** What a request asks the engine, taken out of HTTP. */
export interface Query {
  readonly sql: string
  /** The body, where the query came in the URL: rows of an INSERT. */
  readonly data: Buffer | null
  readonly database: string
  readonly params: Readonly<Record<string, string>>
  readonly settings: Readonly<Record<string, string>>
  readonly defaultFormat: string
}

export interface Answer {
  readonly body: Buffer
  readonly format: string
  readonly readRows: number
  readonly writtenRows: number
}

const INSERT = /^\s*insert\s+into\s+(\S+)\s*(?:\(([^)]*)\))?\s*format\s+(\w+)\s*;?\s*$/i
const READ = /^\s*(select|with|explain)\b/i
const FORMAT = /\bformat\s+(\w+)\s*;?\s*$/i

/**
 * ClickHouse's engine inside this process, over one directory. `USE` and `SET` hold for the whole
 * session, so queries run one after the other.
 */
export class Engine {
  readonly #session: Session
  #last: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.#session = new Session(path)
  }

  run(query: Query): Promise<Answer> {
    const answer = this.#last.then(() => this.#run(query))
    this.#last = answer.catch(() => {})
    return answer
  }

  async #run(query: Query): Promise<Answer> {
    await this.#session.queryAsync(`USE \`${query.database.replaceAll('`', '')}\``)
    for (const [name, value] of Object.entries(query.params)) {
      await this.#session.queryAsync(`SET param_${name} = ${quoted(value)}`)
    }
    const insert = INSERT.exec(query.sql)
    if (insert && query.data !== null) return this.#insert(query, insert)
    const format = FORMAT.exec(query.sql)
    const bare = query.sql.slice(0, format?.index).replace(/;\s*$/, '')
    const settings = Object.entries(query.settings).map(
      ([name, value]) => `${name} = ${quoted(value)}`,
    )
    const applied = READ.test(bare) && settings.length > 0 ? ` SETTINGS ${settings.join(', ')}` : ''
    const name = format?.[1] ?? query.defaultFormat
    const result = await this.#session.queryAsync(bare + applied, { format: name })
    return {
      body: Buffer.from(result.bytes()),
      format: name,
      readRows: result.rowsRead,
      writtenRows: 0,
    }
  }

  async #insert(
    query: Query,
    [, table = '', columns, format = '']: RegExpExecArray,
  ): Promise<Answer> {
    const written = await this.#session.insert({
      table,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the engine refuses a format it does not know
      format: format as 'JSONEachRow',
      values: query.data ?? '',
      ...(columns && {
        columns: columns.split(',').map((name) => name.trim().replaceAll('`', '')),
      }),
      settings: query.settings,
    })
    return {
      body: Buffer.alloc(0),
      format,
      readRows: 0,
      writtenRows: written.rowsWritten,
    }
  }
}

function quoted(value: string): string {
  return /^-?\d+(\.\d+)?$/.test(value)
    ? value
    : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
