import { Lexer } from 'marked'
import type { MarkedToken, Token, Tokens } from 'marked'
import { createElement } from 'react'
import type { ReactNode } from 'react'
import { useLanguage } from '../i18n/language.tsx'
import { Untrusted } from './untrusted.tsx'

/** Beyond these, text is shown as it is: reading it as Markdown could hold up the page. */
const MAX_LENGTH = 64_000
const DEEP = /^[ \t]*(?:[>*+-][ \t]?){12}/m
const MANY_MARKS = /[[\]*_`<~]{400}/

/** What a model wrote, as elements; never as HTML, and nothing in it is ever fetched. */
export function Markdown({ text }: { readonly text: string }): ReactNode {
  const tokens = readTokens(text)
  if (tokens === null) {
    return (
      <div className="text plain untrusted" dir="auto">
        <Untrusted text={text} />
      </div>
    )
  }
  return (
    <div className="text untrusted" dir="auto">
      <Children tokens={tokens} />
    </div>
  )
}

function readTokens(text: string): Token[] | null {
  if (text.length > MAX_LENGTH || DEEP.test(text) || MANY_MARKS.test(text)) return null
  try {
    return new Lexer({ gfm: true }).lex(text)
  } catch {
    return null
  }
}

function Children({ tokens }: { readonly tokens: readonly Token[] | undefined }): ReactNode {
  // oxlint-disable-next-line react/no-array-index-key -- tokens have no other name
  return tokens?.map((token, index) => <Element key={index} token={token} />)
}

function Element({ token }: { readonly token: Token }): ReactNode {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table is keyed by this very type
  const render = RENDERERS[token.type as MarkedToken['type']] as
    | ((token: Token) => ReactNode)
    | undefined
  return render === undefined ? <Untrusted text={token.raw} /> : render(token)
}

type Renderers = {
  readonly [Type in MarkedToken['type']]: (token: Extract<MarkedToken, { type: Type }>) => ReactNode
}

const RENDERERS: Renderers = {
  space: () => null,
  def: () => null,
  paragraph: (token) => wrap('p', token.tokens),
  // Not a heading of this page: a model's text must not reorder its outline.
  heading: (token) => (
    <p className="heading">
      <Children tokens={token.tokens} />
    </p>
  ),
  blockquote: (token) => wrap('blockquote', token.tokens),
  list: (token) => <List token={token} />,
  list_item: (token) => wrap('li', token.tokens),
  table: (token) => <Table token={token} />,
  code: (token) => <pre>{codeOf(token.text)}</pre>,
  hr: () => <hr />,
  br: () => <br />,
  strong: (token) => wrap('strong', token.tokens),
  em: (token) => wrap('em', token.tokens),
  del: (token) => wrap('del', token.tokens),
  link: (token) => <Link token={token} />,
  image: (token) => <ImageLink token={token} />,
  codespan: (token) => codeOf(token.text),
  checkbox: (token) => (token.checked ? '☑ ' : '☐ '),
  html: (token) => codeOf(token.raw),
  escape: (token) => <Untrusted text={token.text} />,
  text: (token) =>
    'tokens' in token && token.tokens !== undefined ? (
      <Children tokens={token.tokens} />
    ) : (
      <Untrusted text={decodeEntities(token.text)} />
    ),
}

function wrap(name: string, tokens: readonly Token[] | undefined): ReactNode {
  return createElement(name, null, <Children tokens={tokens} />)
}

function codeOf(text: string): ReactNode {
  return (
    <code>
      <Untrusted text={text} />
    </code>
  )
}

function List({ token }: { readonly token: Tokens.List }): ReactNode {
  const items = token.items.map((item, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- items have no other name
    <li key={index}>
      <Children tokens={item.tokens} />
    </li>
  ))
  if (!token.ordered) return <ul>{items}</ul>
  return <ol start={token.start === '' ? 1 : token.start}>{items}</ol>
}

function Table({ token }: { readonly token: Tokens.Table }): ReactNode {
  return (
    <div className="table-scroll">
      <table>
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- cells have no other name
              <th key={index} scope="col">
                <Children tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- rows have no other name
            <tr key={index}>
              {row.map((cell, column) => (
                // oxlint-disable-next-line react/no-array-index-key -- cells have no other name
                <td key={column}>
                  <Children tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Link({ token }: { readonly token: Tokens.Link }): ReactNode {
  const url = safeUrl(token.href)
  if (url === null) return <Untrusted text={token.raw} />
  return (
    <>
      <SafeLink url={url}>
        <Children tokens={token.tokens} />
      </SafeLink>
      {token.text !== url.host && (
        <span className="link-host"> ({url.host === '' ? url.pathname : url.host})</span>
      )}
    </>
  )
}

/** The picture itself is never fetched; the reader may go and look. */
function ImageLink({ token }: { readonly token: Tokens.Image }): ReactNode {
  const { messages } = useLanguage()
  const url = safeUrl(token.href)
  if (url === null || url.protocol === 'mailto:') return <Untrusted text={token.raw} />
  return (
    <>
      {token.text !== '' && <Untrusted text={`[${token.text}] `} />}
      <SafeLink url={url}>{messages.openImage(url.host)}</SafeLink>
    </>
  )
}

export function SafeLink({
  url,
  children,
}: {
  readonly url: URL
  readonly children: ReactNode
}): ReactNode {
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer nofollow" className="link">
      {children}
    </a>
  )
}

/** Null for everything but a full http, https or mailto address. */
export function safeUrl(href: string): URL | null {
  if (!/^(?:https?:\/\/|mailto:)/i.test(href) || !URL.canParse(href)) return null
  const url = new URL(href)
  return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url : null
}

/** The lexer leaves entities as they were written. These are the ones that models write. */
function decodeEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity)
}

const ENTITIES: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': '\u00A0',
}
