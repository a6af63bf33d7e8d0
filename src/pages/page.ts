/** A page as a response: without scripts, without resources from other origins, not allowed in frames. */
import { hash } from 'node:crypto'
import type { Fault } from '../core/model/fault.ts'
import type { Answer } from '../http/contracts.ts'
import { html, Html } from './html.ts'
import { STYLE } from './style.ts'

/**
 * Without `form-action`: it would prevent a browser from following the redirect to the client's site after a form.
 */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // The URL of a consent page contains values that only the client may see.
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
  pragma: 'no-cache',
} as const

export function page(status: number, title: string, content: Html, headers: Answer['headers'] = {}): Answer {
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Dossier</title>
        ${new Html(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <main>
          <p class="brand">Dossier</p>
          ${content}
        </main>
      </body>
    </html> `
  return { status, headers: { ...HEADERS, ...headers }, text }
}

/** A page that says what is wrong, without links or redirects. */
export function noticePage(status: number, title: string, sentence: string): Answer {
  return page(
    status,
    title,
    html`<h1>${title}</h1>
      <p>${sentence}</p>`,
  )
}

/** A refusal as a page. */
export function refusalPage({ code, subject, message }: Fault): Answer {
  if (code === 'internal' || code === 'unavailable')
    return noticePage(code === 'internal' ? 500 : 503, 'That did not work', 'Something failed here. Try again later.')
  const title = subject === 'client' ? 'Nobody is known under this address' : 'This address does not work'
  return noticePage(400, title, message)
}

/** Redirects the browser, with GET. `to` must be a path of this server or a registered redirect URI. */
export function redirect(to: string, headers: Answer['headers'] = {}): Answer {
  return { status: 302, headers: { location: to, 'cache-control': 'no-store', ...headers }, text: '' }
}
