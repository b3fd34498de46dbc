/** `name:argument?option=value&flag`, taken apart; what is wrong was refused before. */
export function optionsOf(framing: string): {
  name: string
  argument: string
  options: Map<string, string>
} {
  const [before = '', query = ''] = framing.split('?')
  const [name = '', argument = ''] = before.split(':')
  const pairs = query.split('&').filter((option) => option !== '')
  const options = new Map(pairs.map((pair) => pair.split('=') as [string, string]))
  return { name, argument, options }
}
