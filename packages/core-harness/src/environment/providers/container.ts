import { GenericContainer, StartupCheckStrategy } from 'testcontainers'
import type { StartedTestContainer } from 'testcontainers'
import type { Readable } from 'node:stream'
import { writeSync } from 'node:fs'

import type { ContainerSite, Dependency, LeaseOptions } from '../dependency.ts'
import type { ServerLog } from '../log.ts'
import { freePort } from '../port.ts'
import { OWNER_LABEL } from './container-label.ts'
import type { Started } from './native.ts'
import type { Resolution } from './resolve.ts'

/** Starts a dependency in a container, reachable over the loopback interface only. */
export async function startContainer(
  dependency: Dependency,
  { image, limits }: Extract<Resolution, { provider: 'container' }>,
  site: { readonly owner: string; readonly log: ServerLog; readonly options: LeaseOptions; readonly secret: string },
): Promise<Started> {
  let container: StartedTestContainer | undefined
  const stop = async (): Promise<void> => {
    await container?.stop({ timeout: 0, remove: true, removeVolumes: true })
  }
  const run: ContainerSite['run'] = async ({ ports, command, environment, files }) => {
    const described = new LoopbackContainer(image)
      .withAutoCleanup(false) // The keeper reaps; no reaper image has to be pulled.
      .withExposedPorts(...ports)
      .withLabels({ [OWNER_LABEL]: site.owner })
      .withResourcesQuota({ memory: limits.memoryBytes / 1024 ** 3, cpu: limits.cpus })
      .withUlimits({ nofile: { soft: limits.openFiles, hard: limits.openFiles } })
      .withEnvironment(environment ?? {})
      .withCopyContentToContainer((files ?? []).map(({ path, content }) => ({ target: path, content, mode: 0o644 })))
      .withWaitStrategy(new Created())
      .withLogConsumer((output) => keep(output, site.log))
    if (command) described.withCommand([...command])
    const started = await described.start()
    container = started
    return {
      host: '127.0.0.1',
      port: (port) => started.getMappedPort(port),
      exec: async (words) => (await started.exec(words)).output,
    }
  }
  try {
    const { options, secret } = site
    const urls = await dependency.container.start({ image, limits, options, secret, freePort, run })
    // Docker tells of a container's end only when it is asked; the probe finds a dead one by itself.
    return { urls, ended: new Promise(() => undefined), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

class LoopbackContainer extends GenericContainer {
  protected override beforeContainerCreated(): Promise<void> {
    const bindings = (this.hostConfig.PortBindings ?? {}) as Record<string, { HostPort: string; HostIp?: string }[]>
    for (const binding of Object.values(bindings).flat()) binding.HostIp = '127.0.0.1'
    return Promise.resolve()
  }
}

/** Ready as soon as it runs: the harness probes over the server's own protocol. */
class Created extends StartupCheckStrategy {
  checkStartupState(): Promise<'SUCCESS'> {
    return Promise.resolve('SUCCESS')
  }
}

function keep(output: Readable, log: ServerLog): void {
  output.on('data', (chunk: Buffer | string) => writeSync(log.descriptor, chunk.toString()))
}
