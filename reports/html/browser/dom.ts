/** The few things that the page's script does with elements again and again. */

/** The element, which the page always has. */
export function find<Found extends Element = HTMLElement>(selector: string): Found {
  const found = document.querySelector<Found>(selector)
  if (!found) throw new Error(`The page has no ${selector}.`)
  return found
}

export const findAll = <Found extends Element = HTMLElement>(selector: string): Found[] => [
  ...document.querySelectorAll<Found>(selector),
]

type Child = Node | string

/** An element with text or elements in it. Text is never read as markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}
