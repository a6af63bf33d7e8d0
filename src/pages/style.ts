/** Style of all pages, for small and large screens, light and dark. Loads no resources. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #f3f4f7; --card: #fff; --ink: #171a21; --soft: #596071; --line: #d6dae3; --field: #fff;
  --accent: #1f5fd0; --accent-over: #184da9; --on-accent: #fff; --bad: #b3261e; --bad-ground: #fdecea; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #101216; --card: #1a1d24; --ink: #eceef3; --soft: #a5adbd; --line: #363c49; --field: #12151a;
    --accent: #7fabff; --accent-over: #a3c3ff; --on-accent: #0c1730; --bad: #ffb4ab; --bad-ground: #3b1815; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; justify-content: center;
  gap: 1rem; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif; }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .875rem; box-shadow: 0 1px 3px rgb(0 0 0 / .08); overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1.375rem; line-height: 1.3; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
p { margin: .5rem 0; }
.soft, footer { color: var(--soft); font-size: .875rem; }
.brand { margin: 0 0 1.25rem; font-weight: 600; letter-spacing: .01em; color: var(--soft); }
ul.plain { margin: 0 0 1rem; padding: 0; list-style: none; border-top: 1px solid var(--line); }
ul.plain li { padding: .625rem 0; border-bottom: 1px solid var(--line); }
code { font: .8125rem/1.4 ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; color: var(--soft); }
li code { display: inline-block; margin-right: .75rem; }
p code { margin-right: .5rem; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 500; }
input[type=email], input[type=password] { width: 100%; padding: .625rem .75rem; font: inherit; color: inherit;
  background: var(--field); border: 1px solid var(--soft); border-radius: .5rem; }
fieldset { margin: 1rem 0 0; padding: 0; border: 0; }
legend { padding: 0; margin-bottom: .5rem; font-weight: 600; }
label.choice { display: flex; gap: .75rem; align-items: flex-start; margin: 0; padding: .75rem; font-weight: 400;
  border: 1px solid var(--line); border-radius: .5rem; }
label.choice + label.choice { margin-top: .5rem; }
label.choice input { margin: .3rem 0 0; accent-color: var(--accent); }
.choices { max-height: 18rem; overflow-y: auto; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button, .quiet { flex: 1 1 9rem; padding: .6875rem 1rem; font: inherit; font-weight: 600; text-align: center;
  text-decoration: none; border-radius: .5rem; border: 1px solid transparent; cursor: pointer; }
button { background: var(--accent); color: var(--on-accent); }
button:hover { background: var(--accent-over); }
.quiet { background: transparent; color: var(--ink); border-color: var(--soft); }
.link { padding: 0; border: 0; background: none; color: var(--accent); font: inherit; text-decoration: underline; cursor: pointer; }
a { color: var(--accent); }
a.quiet { color: var(--ink); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.alert { margin: 1rem 0 0; padding: .75rem; color: var(--bad); background: var(--bad-ground); border-radius: .5rem; }
form.switch { display: inline; }
@media (max-width: 30rem) { body { justify-content: flex-start; padding: .5rem; } main { padding: 1.25rem; } }
`
