import type { Page } from 'playwright-core'

/** Of the Chrome DevTools Protocol, as far as it is needed here. */
interface Node {
  nodeId: string
  ignored: boolean
  role?: { value: string }
  name?: { value: string }
  description?: { value: string }
  value?: { value: string | number | boolean }
  properties?: { name: string; value: { value: string | number | boolean } }[]
  childIds?: string[]
}

/** Said where they are there; all others follow from the role, or are about the layout. */
const states = new Set(['checked', 'disabled', 'required', 'invalid', 'focused', 'live'])

/** What nobody says: it has no meaning of its own, or its words are the name of a field. */
const silent = /^(none|generic|strong|paragraph|LabelText|Legend|InlineTextBox)$/

/** What is said with its name is not said again. */
const said = /^(heading|button|link|textbox|radio|StaticText)$/

/**
 * What Chromium tells assistive technology of a page's `<main>`, in its order: a line for each role
 * with its name, in brackets its states, and behind a dash its description.
 */
export async function accessibilityTree(page: Page): Promise<string> {
  const session = await page.context().newCDPSession(page)
  const answer = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  const nodes = answer.nodes as unknown as Node[]
  const byId = new Map(nodes.map((node) => [node.nodeId, node]))

  const linesOf = (node: Node, depth: number, inLabel = false): string[] => {
    const children = (node.childIds ?? []).flatMap((id) => byId.get(id) ?? [])
    const role = node.role?.value ?? ''
    const isLabel = inLabel || role === 'LabelText'
    const inside = (deeper: number) => children.flatMap((child) => linesOf(child, deeper, isLabel))
    const isLive = statesOf(node).some((state) => state.startsWith('live'))
    if (node.ignored || (silent.test(role) && !isLive) || (role === 'form' && !node.name?.value)) {
      return inside(depth)
    }
    if (inLabel && /^(StaticText|time)$/.test(role)) {
      return []
    }
    return ['  '.repeat(depth) + lineOf(node), ...(said.test(role) ? [] : inside(depth + 1))]
  }
  const main = nodes.find(({ role }) => role?.value === 'main')
  return main ? linesOf(main, 0).join('\n') : ''
}

function lineOf(node: Node): string {
  const { name, description, value } = node
  const role = node.role?.value === 'StaticText' ? 'text' : node.role?.value
  const level = node.properties?.find((property) => property.name === 'level')?.value.value
  return [
    [role, level].filter((part) => part !== undefined).join(' '),
    ...(name?.value ? [`“${name.value.trim()}”`] : []),
    ...(value?.value ? [`= “${String(value.value)}”`] : []),
    ...statesOf(node).map((state) => `[${state}]`),
    ...(description?.value ? [`– ${description.value}`] : []),
  ].join(' ')
}

function statesOf({ properties = [] }: Node): string[] {
  return properties
    .filter(({ name, value }) => states.has(name) && !/^(false|off)$/.test(String(value.value)))
    .map(({ name, value }) =>
      String(value.value) === 'true' ? name : `${name}: ${String(value.value)}`,
    )
}
