import type { Answer } from '../http/contracts.ts'
import { html } from './html.ts'
import { page } from './page.ts'

interface LoginPage {
  /** Name of the client that requests access. */
  readonly client: string
  readonly formToken: string
  readonly login: string
  readonly password: string
  /** Error of the previous attempt; null at the first. */
  readonly problem: { readonly status: number; readonly sentence: string } | null
  readonly headers: Answer['headers']
}

export function loginPage({ client, formToken, login, password, problem, headers }: LoginPage): Answer {
  const alert = problem === null ? null : html`<p class="alert" role="alert" id="problem">${problem.sentence}</p>`
  const described = problem === null ? null : html` aria-invalid="true" aria-describedby="problem"`
  const content = html`<h1>Log in</h1>
    <p class="soft">to go on to <strong>${client}</strong></p>
    ${alert}
    <form method="post">
      <input type="hidden" name="form" value="${formToken}" />
      <input type="hidden" name="step" value="login" />
      <label for="login">E-mail address</label>
      <input
        id="login"
        name="login"
        type="email"
        autocomplete="username"
        required
        maxlength="254"
        value="${login}"
        ${described}
      />
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        maxlength="200"
        value="${password}"
        ${described}
      />
      <div class="actions"><button type="submit">Log in</button></div>
    </form>`
  return page(problem?.status ?? 200, 'Log in', content, headers)
}
