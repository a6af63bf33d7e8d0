import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** Every relative link of every page in the folder leads to a file in it, and to a heading where it names one. */
export function linkFaults(folder: string): readonly string[] {
  const pages = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.md'))
  return pages
    .filter((page) => !page.split('/').includes('node_modules'))
    .flatMap((page) => linksOf(page, folder).flatMap((link) => faultOf(folder, page, link)))
}

function linksOf(page: string, folder: string): readonly string[] {
  const text = withoutCode(readFileSync(join(folder, page), 'utf8'))
  const links = [...text.matchAll(/\]\(<?([^)\s>]+)>?\)/g)].map(([, link = '']) => link)
  return links.filter((link) => !/^[a-z][a-z0-9+.-]*:|^\/\//i.test(link))
}

function faultOf(folder: string, page: string, link: string): readonly string[] {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? join(folder, page) : join(folder, dirname(page), decodeURI(path))
  const outside = relative(folder, target).startsWith('..')
  if (outside || !existsSync(target)) return [`${page} links to ${link}, which is not in the package.`]
  if (anchor === undefined || !target.endsWith('.md')) return []
  return anchorsOf(target).includes(anchor) ? [] : [`${page} links to ${link}, and that page has no such heading.`]
}

/** As repository hosts make them of headings. */
function anchorsOf(page: string): readonly string[] {
  const headings = withoutCode(readFileSync(page, 'utf8')).matchAll(/^#+ (.*)$/gm)
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`(?!\])/g, (code) => code.replace(/[[\]()]/g, ''))
}
