import type { Account } from '../core/model/model.ts'
import type { Answer } from '../http/contracts.ts'
import { html, type Html } from './html.ts'
import { page } from './page.ts'

/** A requested scope and its meaning in plain words; null: it has no effect on this server. */
export interface RequestedScope {
  readonly name: string
  readonly meaning: string | null
}

/** An organization or location to which access may be granted. */
export interface Tenant {
  /** Value that the form sends. */
  readonly id: string
  readonly name: string
  /** Distinguishes it from others of the same name. */
  readonly note: string
}

interface ConsentPage {
  readonly client: string
  readonly account: Account
  /** One, or several to choose from, the most likely first. */
  readonly tenants: readonly Tenant[]
  readonly scopes: readonly RequestedScope[]
  /** Whether the client keeps its access while its user is absent (offline access). */
  readonly isOffline: boolean
  /** Origin to which the browser is redirected, shown to the user. */
  readonly destination: string
  /** URL to which the browser goes if the user denies access. */
  readonly denialUrl: string
  readonly formToken: string
}

export function consentPage(ask: ConsentPage): Answer {
  const { client, account, formToken } = ask
  const content = html`<h1>${client} asks for access</h1>
    <div class="soft">
      You are logged in as <strong>${account.name}</strong> (${account.login ?? account.email}).
      <form class="switch" method="post">
        <input type="hidden" name="form" value="${formToken}" />
        <input type="hidden" name="step" value="leave" />
        <input class="link" type="submit" value="Not you?" />
      </form>
    </div>
    <form method="post">
      <input type="hidden" name="form" value="${formToken}" />
      <input type="hidden" name="step" value="allow" />
      ${tenantFields(ask.tenants)} ${scopeList(ask.scopes)}
      <p class="soft">${durationOf(client, ask.isOffline)} You will be sent to <strong>${ask.destination}</strong>.</p>
      <div class="actions">
        <button type="submit">Allow</button>
        <a class="quiet" href="${ask.denialUrl}" rel="noreferrer">Do not allow</a>
      </div>
    </form>`
  return page(200, `Access for ${client}`, content)
}

function tenantFields(tenants: readonly Tenant[]): Html {
  const [only] = tenants
  if (tenants.length === 1 && only !== undefined)
    return html`<input type="hidden" name="place" value="${only.id}" />
      <p>It wants to work in <strong>${only.name}</strong> <span class="soft">(${only.note})</span>.</p>`
  return html`<fieldset>
    <legend>Where may it work?</legend>
    <div class="choices">${tenants.map((tenant, index) => choiceOf(tenant, index))}</div>
  </fieldset>`
}

/** The first is the most likely and preselected. */
function choiceOf({ id, name, note }: Tenant, index: number): Html {
  const checked = index === 0 ? html` checked` : null
  return html`<label class="choice"
    ><input type="radio" name="place" value="${id}" required${checked} /><span
      >${name}<br /><span class="soft">${note}</span></span
    ></label
  >`
}

/** Each meaning once, with the scopes that have it. */
function scopeList(scopes: readonly RequestedScope[]): Html {
  const byMeaning = Map.groupBy(scopes, ({ meaning }) => meaning)
  const without = byMeaning.get(null) ?? []
  const list = [...byMeaning].flatMap(([meaning, all]) =>
    meaning === null ? [] : [html`<li>${meaning}<br />${all.map(({ name }) => html`<code>${name}</code> `)}</li>`],
  )
  const rest = without.map(({ name }) => html`<code>${name}</code> `)
  return html`<h2>It may then</h2>
    <ul class="plain">
      ${list.length === 0 ? html`<li>do nothing: none of what it asks for has an effect here.</li>` : list}
    </ul>
    ${rest.length === 0 ? null : html`<p class="soft">Also asked for, without effect here: ${rest}</p>`}`
}

function durationOf(client: string, isOffline: boolean): string {
  return isOffline ? `${client} keeps this access until it is taken back.` : 'The access ends after an hour.'
}
