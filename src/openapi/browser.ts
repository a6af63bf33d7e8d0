/** The page at `/docs`: Swagger UI from its package, served by this server, showing only its own document. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Answer } from '../http/contracts.ts'

/** No script, font or image from other origins; inline styles because Swagger UI sets them on its elements. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const PACKAGED: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  'swagger-ui.js': { file: 'swagger-ui-bundle.js', type: 'text/javascript; charset=utf-8' },
  'swagger-ui.css': { file: 'swagger-ui.css', type: 'text/css; charset=utf-8' },
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Dossier: the API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/page.css">
</head>
<body>
<nav aria-label="APIs"><strong>Dossier</strong> <a href="/docs">Dossier's own</a> <a href="/docs?dialect=zoho">Zoho CRM</a> <a href="/docs?dialect=highlevel">HighLevel</a> <a href="/docs?dialect=all">All</a></nav>
<main id="docs"><noscript>This page needs JavaScript. The document itself is at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</noscript></main>
<script src="/docs/swagger-ui.js"></script>
<script src="/docs/page.js"></script>
</body>
</html>
`

const SCRIPT = `const asked = new URLSearchParams(location.search).get('dialect')
const dialect = ['zoho', 'highlevel', 'all'].includes(asked) ? asked : 'native'
for (const link of document.querySelectorAll('nav a')) {
  const named = new URL(link.href).searchParams.get('dialect') ?? 'native'
  if (named === dialect) link.setAttribute('aria-current', 'page')
}
SwaggerUIBundle({
  url: '/api/v1/openapi.json' + (dialect === 'all' ? '' : '?dialect=' + dialect),
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: dialect === 'all' ? 'none' : 'list',
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 2,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null,
})
`

const STYLE = `body { margin: 0; background: #fff }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; padding: .75rem 1.25rem; background: #14213d; color: #fff; font: 16px/1.5 system-ui, sans-serif }
nav strong { margin-right: .5rem }
nav a { color: #dbe4f5; text-decoration: none; padding: .1rem .2rem; border-bottom: 2px solid transparent }
nav a:hover, nav a[aria-current] { color: #fff; border-color: #fca311 }
nav a:focus-visible { outline: 2px solid #fca311; outline-offset: 2px }
.swagger-ui .info { margin: 1.5rem 0 }
.swagger-ui .info .title { font-size: 1.75rem }
.swagger-ui .scheme-container { padding: .75rem 0; margin: 0 0 1rem }
.swagger-ui .opblock .opblock-summary-path { max-width: none }
@media (max-width: 700px) {
  .swagger-ui .wrapper { padding: 0 .75rem }
  .swagger-ui .opblock .opblock-summary { flex-wrap: wrap }
  .swagger-ui .opblock .opblock-summary-method { min-width: 4.5rem; padding: 4px 0; font-size: .75rem }
  .swagger-ui .opblock .opblock-summary-path { font-size: .8rem; word-break: break-word; flex: 1 1 60% }
  .swagger-ui .opblock .opblock-summary-description { flex-basis: 100%; padding: .25rem 0 0 .25rem }
  .swagger-ui table.parameters, .swagger-ui table.parameters tbody, .swagger-ui table.parameters tr, .swagger-ui table.parameters td { display: block; width: auto }
  .swagger-ui table.parameters thead { display: none }
  .swagger-ui .parameters-col_description input, .swagger-ui .parameters-col_description select { max-width: 100%; width: 100% }
  .swagger-ui table.parameters td { padding: .25rem 0 }
  .swagger-ui .response-col_status { padding-right: .75rem }
}
`

const OWN: Readonly<Record<string, { readonly text: string; readonly type: string }>> = {
  '': { text: PAGE, type: 'text/html; charset=utf-8' },
  'page.js': { text: SCRIPT, type: 'text/javascript; charset=utf-8' },
  'page.css': { text: STYLE, type: 'text/css; charset=utf-8' },
}

/** The page itself (an empty name) or one of its files; null if there is none of that name. */
export async function browserFile(name: string): Promise<Answer | null> {
  const own = Object.hasOwn(OWN, name) ? OWN[name] : undefined
  if (own !== undefined) return { status: 200, headers: headersOf(own.type), text: own.text }
  const packaged = Object.hasOwn(PACKAGED, name) ? PACKAGED[name] : undefined
  if (packaged === undefined) return null
  const path = fileURLToPath(import.meta.resolve(`swagger-ui-dist/${packaged.file}`))
  const { size } = await stat(path)
  const headers = {
    ...headersOf(packaged.type),
    'content-length': String(size),
    'cache-control': 'public, max-age=3600',
  }
  return { status: 200, headers, stream: createReadStream(path) }
}

function headersOf(type: string): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  }
}
