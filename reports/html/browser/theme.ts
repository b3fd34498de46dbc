/** Light and dark: what the system says until the reader chooses. */
import { find } from './dom.ts'

export function addTheme(): void {
  const root = document.documentElement
  const button = find<HTMLButtonElement>('#theme')
  const system = matchMedia('(prefers-color-scheme: dark)')
  let chosen: boolean | null = null
  const show = () => {
    const dark = chosen ?? system.matches
    root.dataset.theme = dark ? 'dark' : 'light'
    button.setAttribute('aria-pressed', String(dark))
  }
  button.addEventListener('click', () => {
    chosen = !(chosen ?? system.matches)
    show()
  })
  system.addEventListener('change', show)
  show()
}
