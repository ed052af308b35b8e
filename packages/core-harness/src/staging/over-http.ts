import { randomBytes } from 'node:crypto'

import { ServiceProcess } from './service-process.ts'
import { deployedTargets } from './targets.ts'

/** A node that is a client of a service. */
export interface RemoteNode {
  /** @throws when the service is not there, or not ready */
  checkReady(): Promise<void>
  close(): Promise<void>
}

export interface OverHttp<Node extends RemoteNode> {
  /** Of the service, as in STAGING_<NAME>_URL. */
  readonly name: string
  /** The path of the program that is the service. */
  readonly server: string
  /** The environment that a process of the service is started with. */
  variables(): Readonly<Record<string, string>>
  connect(url: string, token: string | undefined): Node
}

export interface OpenedOverHttp<Node> {
  readonly node: Node
  /** Others use the service as well: what the node names has to be told apart from what others name. */
  readonly isShared: boolean
}

/**
 * Opens a node of an adapter as a client of a service. With STAGING_<NAME>_URL it is one of the deployed instances; without,
 * a process that is started for the node and ends with it, in which SERVICE_ADAPTER says what runs, or else the reference.
 *
 * @throws HarnessError for a target that is not allowed, or a service that does not start
 */
export async function openOverHttp<Node extends RemoteNode>(wanted: OverHttp<Node>): Promise<OpenedOverHttp<Node>> {
  const { name, server } = wanted
  const deployed = await deployedTargets(name)
  if (deployed) {
    // Nodes are processes that know nothing of each other: their ids spread them.
    const url = deployed.urls[process.pid % deployed.urls.length] as string
    const node = wanted.connect(url, deployed.token)
    await node.checkReady().catch(async (error: unknown) => {
      await node.close()
      throw error
    })
    return { node, isShared: true }
  }
  const token = randomBytes(24).toString('hex')
  const adapterPath = process.env.SERVICE_ADAPTER || undefined
  const service = await ServiceProcess.start({ name, server, environment: wanted.variables(), token, adapterPath })
  const node = wanted.connect(service.url, token)
  const disconnect = node.close.bind(node)
  node.close = async () => {
    try {
      await disconnect()
    } finally {
      await service.stop()
    }
  }
  return { node, isShared: false }
}
