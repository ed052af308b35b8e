/* global addEventListener, document */
import { badge } from './badge.js'
import { drawAll } from './chart.js'
import { element, factList } from './elements.js'
import { filterBar } from './filters.js'
import { openCard } from './guarantee-card.js'
import { tabs } from './tabs.js'
import { setTheme, themeSwitch } from './theme.js'
import { businessView } from './view-business.js'
import { engineeringView } from './view-engineering.js'
import { operationsView } from './view-operations.js'

/** @type {import('../page-data.ts').PageData} */
const data = JSON.parse(document.getElementById('data')?.textContent ?? '')

const views = [
  { id: 'business', title: 'Business', panel: businessView(data) },
  { id: 'engineering', title: 'Engineering', panel: engineeringView(data) },
  { id: 'operations', title: 'Operations', panel: operationsView(data) },
]

const skip = element('a', { class: 'skip', href: '#content' }, 'Skip to the results')
const content = element('main', { id: 'content', tabindex: '-1' }, ...views.map(({ panel }) => panel))
skip.addEventListener('click', (event) => {
  // The address says which view is chosen.
  event.preventDefault()
  content.focus()
})

document
  .getElementById('page')
  ?.append(
    skip,
    element(
      'header',
      { class: `hero verdict-${data.verdict}` },
      element(
        'div',
        { class: 'hero-top' },
        badge(data.verdict),
        element('span', { class: 'muted' }, 'Proving Ground'),
        themeSwitch(),
      ),
      element('h1', {}, data.headline.lead),
      data.headline.more.length > 0 &&
        element('ul', { class: 'more' }, ...data.headline.more.map((text) => element('li', {}, text))),
      factList(data.facts.slice(0, 6)),
    ),
    element(
      'nav',
      { class: 'bar', 'aria-label': 'views and filters' },
      tabs(views),
      data.guarantees.length > 0 && filterBar(data),
    ),
    content,
    element('p', { class: 'nothing', role: 'status' }, 'No guarantee matches the filters.'),
    element('footer', { class: 'muted' }, 'Everything is in run.json beside this file. Charts: uPlot.'),
  )

addEventListener('beforeprint', () => {
  setTheme('light')
  for (const card of document.querySelectorAll('details.card')) openCard(/** @type {HTMLDetailsElement} */ (card))
  drawAll()
})
