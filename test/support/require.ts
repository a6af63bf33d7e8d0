// The one place that decides whether a test that needs a toolchain or a service runs.
// DOSSIER_TEST_REQUIRE=php,java (or `all`) turns "skipped, it is not here" into a failure.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

interface Tool {
  /** What to install, in Debian's words, or what else must hold. */
  readonly wants: string
  isHere(): boolean
}

/** Where Debian puts the Java libraries that the Java client is compiled against. */
export const javaJars = ['httpclient', 'httpmime', 'httpcore', 'commons-logging', 'commons-codec'].map(
  (name) => `/usr/share/java/${name}.jar`,
)

/** The vendors' SDKs: a package of their own, so that the product stays light. */
export const sdks = join(import.meta.dirname, '..', 'sdks')

const tools = {
  curl: { wants: 'curl', isHere: () => find('curl') !== null },
  openssl: { wants: 'openssl', isHere: () => find('openssl') !== null },
  php: { wants: 'php-cli, php-curl', isHere: () => runs('php', '-r', 'exit(function_exists("curl_init") ? 0 : 1);') },
  java: {
    wants: 'default-jdk-headless, libhttpclient-java, libhttpmime-java',
    isHere: () => find('javac') !== null && javaJars.every((jar) => existsSync(jar)),
  },
  mono: { wants: 'mono-mcs, mono-runtime', isHere: () => find('mcs') !== null && find('mono') !== null },
  python: { wants: 'python3, python3-requests', isHere: () => python() !== null },
  ruby: { wants: 'ruby', isHere: () => find('ruby') !== null },
  gcc: { wants: 'gcc, libc6-dev', isHere: () => find('gcc') !== null },
  postgres: { wants: 'postgresql', isHere: () => existsSync('/usr/lib/postgresql') },
  ceph: {
    wants: 'radosgw, ceph-mon, ceph-osd, ceph-common',
    isHere: () => ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph-authtool'].every((program) => find(program) !== null),
  },
  nginx: { wants: 'nginx-light', isHere: () => existsSync('/usr/sbin/nginx') },
  node: { wants: 'nothing more', isHere: () => true },
  chromium: { wants: 'chromium', isHere: () => chromium() !== null },
  sdks: {
    wants: 'npm ci --prefix test/sdks',
    isHere: () => existsSync(join(sdks, 'node_modules', '.package-lock.json')),
  },
  bookworm: {
    wants: 'Debian 12, whose clients were recorded',
    isHere: () => existsSync('/etc/os-release') && readFileSync('/etc/os-release', 'utf8').includes('bookworm'),
  },
  oldNode: { wants: 'a Node of 18 to 22.17 in /usr/bin or /usr/local/bin', isHere: () => oldNode() !== null },
  tmpfs: {
    wants: 'Linux and the right to mount a tmpfs',
    isHere: () => process.platform === 'linux' && process.getuid?.() === 0 && find('mount') !== null,
  },
} satisfies Record<string, Tool>

export type ToolName = keyof typeof tools

const known = new Map<ToolName, boolean>()

function isHere(name: ToolName): boolean {
  const answer = known.get(name) ?? tools[name].isHere()
  known.set(name, answer)
  return answer
}

function isRequired(name: ToolName): boolean {
  const required = (process.env['DOSSIER_TEST_REQUIRE'] ?? '').split(',').map((word) => word.trim())
  return required.includes('all') || required.includes(name)
}

/** For `{ skip: missing('php') }`: false when the test is to run, else the reason why it is skipped. */
export function missing(...names: ToolName[]): string | false {
  const absent = names.filter((name) => !isHere(name) && !isRequired(name))
  return absent.length > 0 && absent.map((name) => `needs ${name} (${tools[name].wants})`).join('; ')
}

/** First line of such a test: fails it with a sentence when what it needs is required and not there. */
export function need(...names: ToolName[]): void {
  const absent = names.filter((name) => !isHere(name))
  if (absent.length === 0) return
  throw new Error(absent.map((name) => `${name} is required and not here; it wants ${tools[name].wants}`).join('; '))
}

/** Full path of a program on the PATH, or null. */
export function find(program: string): string | null {
  if (isAbsolute(program)) return existsSync(program) ? program : null
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null
}

/** A Python that has requests: Debian's own first, for a version manager may hide it behind one that has not. */
export function python(): string | null {
  return ['/usr/bin/python3', 'python3'].find((path) => runs(path, '-c', 'import requests')) ?? null
}

export function chromium(): string | null {
  const names = [process.env['DOSSIER_TEST_CHROMIUM'] ?? 'chromium', 'chromium-browser', 'google-chrome']
  return names.map(find).find((path) => path !== null) ?? null
}

/** A Node that is too old to run the product: the launcher's tests start from it. */
export function oldNode(): string | null {
  const isOld = "process.exit(Number(process.versions.node.split('.')[0]) < 22 ? 0 : 1)"
  return ['/usr/bin/node', '/usr/local/bin/node'].find((path) => runs(path, '-e', isOld)) ?? null
}

function runs(program: string, ...args: string[]): boolean {
  return find(program) !== null && spawnSync(program, args, { stdio: 'ignore' }).status === 0
}
