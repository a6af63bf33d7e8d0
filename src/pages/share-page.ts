import type { Share } from '../core/model/model.ts'
import type { Answer } from '../http/contracts.ts'
import { html } from './html.ts'
import { noticePage, page } from './page.ts'

/** The page of a share before its download: a button, and a password field if the share has one. */
export function sharePage(share: Share, problem: { status: number; sentence: string } | null): Answer {
  const { name, hasPassword, expiresAt, maxDownloads, downloads } = share
  const alert = problem === null ? null : html`<p class="alert" role="alert" id="problem">${problem.sentence}</p>`
  const described = problem === null ? null : html` aria-invalid="true" aria-describedby="problem"`
  const password = html`<label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="off" required maxlength="200" ${described} />`
  const left = maxDownloads === null ? '' : ` It may be downloaded ${timesOf(maxDownloads - downloads)}.`
  const until = new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ')
  const content = html`<h1>${name}</h1>
    <p class="soft">Somebody shared this file with you, until ${until} UTC.${left}</p>
    ${alert}
    <form method="post">
      ${hasPassword ? password : null}
      <div class="actions"><button type="submit">Download</button></div>
    </form>`
  return page(problem?.status ?? 200, name, content)
}

/** The same page for all URLs without a share. */
export function shareNotFoundPage(sentence: string): Answer {
  return noticePage(404, 'Nothing to download', sentence)
}

function timesOf(count: number): string {
  return count === 1 ? 'once more' : `${String(count)} more times`
}
