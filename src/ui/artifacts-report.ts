import type {ArtifactsReport, ListedArtifact} from '../steps/list-artifacts.js'
import {count} from './quantities.js'
import type {Style} from './style.js'
import {wrap} from './text.js'

/** What `khw artifacts list` prints for people: of each its name and version, where it is from, and its digest. */
export function artifactsReport(report: ArtifactsReport, {style, columns}: {style: Style; columns: number}): string {
  const {cluster, kubernetes, source, architecture, artifacts} = report
  const whose = cluster === null ? 'A new cluster would take' : `${style.bold(cluster)} was made of`
  const head = `${whose} Kubernetes ${kubernetes} for ${architecture} from ${source}: ${count(artifacts.length, 'artifact')}.`
  const published = new Map(artifacts.flatMap(({madeOf}) => madeOf.map(file => [file.source, file.digest] as const)))
  const blocks = artifacts.map(artifact => block(artifact, style, columns))
  const files = [...published].map(([url, digest]) => [...lines(url, columns), style.dim(`  ${digest}`)].join('\n'))
  return [
    wrap(head, columns).join('\n'),
    ...blocks,
    ...(files.length === 0
      ? []
      : [
          wrap('Made of these files as they were published, each checked against its checksum:', columns).join('\n'),
          ...files,
        ]),
  ].join('\n\n')
}

function block({name, version, source, digest}: ListedArtifact, style: Style, columns: number): string {
  return [
    `${style.bold(name)} ${version}`,
    ...lines(source, columns),
    digest === null ? style.yellow('  not pinned: pulled by its tag') : style.dim(`  ${digest}`),
  ].join('\n')
}

/** Indented by two; a URL that is too long goes on after a slash, so that nothing of it is lost. */
function lines(text: string, columns: number): string[] {
  const [first = '', ...rest] = text.includes('://') ? atSlashes(text, columns - 4) : wrap(text, columns - 4)
  return [`  ${first}`, ...rest.map(line => `    ${line}`)]
}

function atSlashes(url: string, width: number): string[] {
  const parts: string[] = []
  let rest = url
  while (rest.length > width) {
    const slash = rest.lastIndexOf('/', width - 1)
    const end = slash > 'https://'.length ? slash + 1 : width
    parts.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...parts, rest]
}
