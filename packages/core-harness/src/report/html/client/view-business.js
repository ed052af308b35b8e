import { badge, isKept } from './badge.js'
import { element, section } from './elements.js'
import { numberTable } from './number-table.js'
import { breach } from './objective.js'

/** @import { GuaranteeView, PageData, RevenueView } from '../page-data.ts' */

/**
 * For who asks what it means: the revenue that is protected and at risk, by customers and by promise.
 *
 * @param {PageData} data
 */
export function businessView({ revenue, segments, guarantees, categories, isQuick }) {
  const numbered = guarantees.map((guarantee, index) => ({ guarantee, index }))
  const judged = numbered.filter(({ guarantee }) => guarantee.status !== 'not-offered')
  const byRevenue = judged.toSorted((a, b) => b.guarantee.revenueUsd - a.guarantee.revenueUsd)
  const atRisk = byRevenue.filter(({ guarantee }) => !isKept(guarantee.status))
  const kept = byRevenue.filter(({ guarantee }) => isKept(guarantee.status))
  return element(
    'div',
    {},
    money(revenue),
    isQuick &&
      element('p', { class: 'note' }, 'A quick run: less load, for less long. Figures of a full run say more.'),
    section('What is at risk', atRisk.length === 0 ? [] : [element('ul', { class: 'risks' }, ...atRisk.map(riskItem))]),
    section('By customers', segments.length === 0 ? [] : [segmentTable(segments)]),
    section('What holds', kept.length === 0 ? [] : [keptTable(kept)]),
    section(
      'By category',
      categories.length < 2
        ? []
        : [
            numberTable(
              'Guarantees by category',
              ['category', 'kept', 'rate'],
              categories.map(({ category, kept: count, rate }) => ({ cells: [category, count, rate] })),
              [1, 2],
            ),
          ],
    ),
  )
}

/** @param {RevenueView} revenue */
function money(revenue) {
  const card = (
    /** @type {string} */ tone,
    /** @type {string} */ name,
    /** @type {string} */ usd,
    /** @type {string} */ more,
  ) =>
    element(
      'div',
      { class: `money tone-${tone}` },
      element('span', { class: 'money-name' }, name),
      element('span', { class: 'money-usd' }, usd),
      element('span', { class: 'muted' }, more === '' ? 'a month' : `a month; ${more}`),
    )
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'money-row' },
      card(
        'good',
        'Protected',
        revenue.protected,
        revenue.degraded === '' ? '' : `${revenue.degraded} of it by promises that are degraded`,
      ),
      card(
        revenue.atRiskUsd > 0 ? 'bad' : 'none',
        'At risk',
        revenue.atRisk,
        revenue.unproven === '' ? '' : `${revenue.unproven} of it because nobody knows: it could not be judged`,
      ),
    ),
    shareBar(revenue),
  )
}

/** @param {RevenueView} revenue */
function shareBar({ protectedUsd, atRiskUsd, protected: kept, atRisk }) {
  const bar = element('div', { class: 'share', role: 'img', 'aria-label': `${kept} protected, ${atRisk} at risk` })
  const parts = /** @type {const} */ ([
    ['share-good', protectedUsd],
    ['share-bad', atRiskUsd],
  ])
  for (const [name, usd] of parts) {
    if (usd === 0) continue
    const part = element('span', { class: name })
    part.style.flexGrow = String(usd)
    bar.append(part)
  }
  return bar
}

/** @param {{ readonly guarantee: GuaranteeView, readonly index: number }} numbered */
function riskItem({ guarantee, index }) {
  const { status, statement, businessGoal, revenue, segment, objectives, reason, id } = guarantee
  const missed = objectives.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'warn')
  return element(
    'li',
    { class: 'panel', 'data-guarantee': String(index) },
    element(
      'div',
      { class: 'risk-head' },
      badge(status),
      element('strong', { class: 'risk-usd' }, revenue),
      element('span', { class: 'muted' }, `a month · ${segment}`),
    ),
    element('h3', {}, businessGoal),
    element('p', {}, `The promise: ${statement} `, element('span', { class: 'muted' }, id)),
    ...missed.map(breach),
    missed.length === 0 && reason !== '' && element('p', { class: 'breach' }, reason.split('\n')[0]),
  )
}

/** @param {PageData['segments']} segments */
function segmentTable(segments) {
  return numberTable(
    'Revenue by customers',
    ['customers', 'promises', 'protected', 'at risk', 'share'],
    segments.map((one) => ({ cells: [one.segment, one.guarantees, one.protected, one.atRisk, shareBar(one)] })),
    [1, 2, 3],
  )
}

/** @param {readonly { readonly guarantee: GuaranteeView, readonly index: number }[]} kept */
function keptTable(kept) {
  return numberTable(
    'Guarantees that are kept',
    ['promise', 'for', 'customers', 'a month', 'verdict'],
    kept.map(({ guarantee, index }) => ({
      guarantee: index,
      cells: [
        guarantee.statement,
        guarantee.businessGoal,
        guarantee.segment,
        guarantee.revenue,
        badge(guarantee.status),
      ],
    })),
    [3],
  )
}
