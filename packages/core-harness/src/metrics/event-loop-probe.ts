import type { ResourceFigure, ResourceProbe } from './resource-probe.ts'

const ANSWER_WITHIN_MS = 2_000

/**
 * How late the event loop of a Node service is, from its `/stats`. One reading covers the time since the one before, so
 * that nobody else should read while this watches.
 *
 * @param serviceUrl `http://127.0.0.1:4000`
 * @param options.withProcess memory and CPU too, as the service says, where its process cannot be seen from here
 */
export function eventLoopProbe(
  serviceUrl: string,
  { token, withProcess = false }: { readonly token?: string; readonly withProcess?: boolean } = {},
): ResourceProbe {
  const url = `${serviceUrl.replace(/\/$/, '')}/stats`
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return async () => {
    const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    if (!answer.ok) {
      await answer.body?.cancel()
      throw new Error(`${url} answered with ${answer.status}`)
    }
    return figuresOfStats(await answer.json(), withProcess)
  }
}

/** @throws Error when it is not what a service answers to `/stats` */
export function figuresOfStats(stats: unknown, withProcess: boolean): ResourceFigure[] {
  const figure = (metric: string, unit: ResourceFigure['unit'], ...path: readonly string[]): ResourceFigure => {
    const value = path.reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], stats)
    if (typeof value !== 'number') throw new Error(`/stats has no number ${path.join('.')}`)
    return { metric, unit, value }
  }
  const delay = (name: string) => figure(`event-loop-delay-${name}`, 'ms', 'eventLoopDelayMs', name)
  const ofProcess = withProcess ? [figure('cpu', 'cores', 'cpuCores'), figure('rss', 'bytes', 'rssBytes')] : []
  return [delay('p99'), delay('max'), ...ofProcess]
}
