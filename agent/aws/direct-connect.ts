/**
 * Direct Connect's Describe calls, through the SDK, which is loaded at the first of them; and its metrics, through
 * CloudWatch. Each gives an answer or a classified failure whose remedy is the policy statement for just that action.
 *
 * Where the account sees only its own half (a hosted interface, a gateway of another account), answers are thin or
 * empty, not failures.
 */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DirectConnectClient } from '@aws-sdk/client-direct-connect';
import { type Answer, anywhere, Caller } from './caller.ts';
import type { AwsOptions } from './connection.ts';
import { interfaceMetrics } from './direct-connect-metrics.ts';
import { associationOf, attachmentOf, connectionOf, lagOf, virtualInterfaceOf } from './direct-connect-shapes.ts';
import { joined } from './pages.ts';
import type {
  AwsConnection,
  AwsDirectConnectGatewayAssociation,
  AwsDirectConnectGatewayAttachment,
  AwsLag,
  AwsVirtualInterface,
  AwsVirtualInterfaceMetrics,
} from './vpc-shapes.ts';

/** The most that one page may hold, by the API reference. */
const PAGE = 100;

const sdk = () => import('./sdk-direct-connect.ts');
const from = (token: string | undefined) => ({
  maxResults: PAGE,
  ...(token === undefined ? {} : { nextToken: token }),
});

export class DirectConnect {
  readonly #caller: Caller<DirectConnectClient>;
  readonly #cloudWatch: Caller<CloudWatchClient>;

  /** @param cloudWatch options of CloudWatch, whose endpoint is another */
  constructor(options: AwsOptions, cloudWatch: AwsOptions) {
    this.#caller = new Caller(options, 'directconnect', async (config) => {
      return new (await sdk()).DirectConnectClient(config);
    });
    this.#cloudWatch = new Caller(cloudWatch, 'monitoring', async (config) => {
      const { CloudWatchClient } = await import('./sdk-cloudwatch.ts');
      return new CloudWatchClient(config);
    });
  }

  close(): void {
    this.#caller.close();
    this.#cloudWatch.close();
  }

  /** All that this account owns or was given. */
  virtualInterfaces(abortSignal: AbortSignal): Promise<Answer<readonly AwsVirtualInterface[]>> {
    return this.#caller.ask(anywhere('directconnect:DescribeVirtualInterfaces'), async (client) => {
      const { DescribeVirtualInterfacesCommand } = await sdk();
      const all = await joined(async (token) => {
        const answer = await client.send(new DescribeVirtualInterfacesCommand(from(token)), { abortSignal });
        return { items: answer.virtualInterfaces, next: answer.nextToken };
      });
      return all.map(virtualInterfaceOf);
    });
  }

  /** @param associatedGatewayId a virtual private ("vgw-…") or transit gateway ("tgw-…") */
  gatewayAssociations(
    associatedGatewayId: string,
    abortSignal: AbortSignal,
  ): Promise<Answer<readonly AwsDirectConnectGatewayAssociation[]>> {
    return this.#caller.ask(anywhere('directconnect:DescribeDirectConnectGatewayAssociations'), async (client) => {
      const { DescribeDirectConnectGatewayAssociationsCommand } = await sdk();
      const all = await joined(async (token) => {
        const input = { associatedGatewayId, ...from(token) };
        const answer = await client.send(new DescribeDirectConnectGatewayAssociationsCommand(input), { abortSignal });
        return { items: answer.directConnectGatewayAssociations, next: answer.nextToken };
      });
      return all.map(associationOf).filter((association) => association !== null);
    });
  }

  gatewayAttachments(
    directConnectGatewayId: string,
    abortSignal: AbortSignal,
  ): Promise<Answer<readonly AwsDirectConnectGatewayAttachment[]>> {
    return this.#caller.ask(anywhere('directconnect:DescribeDirectConnectGatewayAttachments'), async (client) => {
      const { DescribeDirectConnectGatewayAttachmentsCommand } = await sdk();
      const all = await joined(async (token) => {
        const input = { directConnectGatewayId, ...from(token) };
        const answer = await client.send(new DescribeDirectConnectGatewayAttachmentsCommand(input), { abortSignal });
        return { items: answer.directConnectGatewayAttachments, next: answer.nextToken };
      });
      return all.map(attachmentOf);
    });
  }

  connections(abortSignal: AbortSignal): Promise<Answer<readonly AwsConnection[]>> {
    return this.#caller.ask(anywhere('directconnect:DescribeConnections'), async (client) => {
      const { DescribeConnectionsCommand } = await sdk();
      const all = await joined(async (token) => {
        const answer = await client.send(new DescribeConnectionsCommand(from(token)), { abortSignal });
        return { items: answer.connections, next: answer.nextToken };
      });
      return all.map(connectionOf);
    });
  }

  lags(abortSignal: AbortSignal): Promise<Answer<readonly AwsLag[]>> {
    return this.#caller.ask(anywhere('directconnect:DescribeLags'), async (client) => {
      const { DescribeLagsCommand } = await sdk();
      const all = await joined(async (token) => {
        const answer = await client.send(new DescribeLagsCommand(from(token)), { abortSignal });
        return { items: answer.lags, next: answer.nextToken };
      });
      return all.map(lagOf);
    });
  }

  /** Of those that are given; empty where another account owns the connection. */
  async metrics(
    interfaces: readonly AwsVirtualInterface[],
    abortSignal: AbortSignal,
  ): Promise<Answer<readonly AwsVirtualInterfaceMetrics[]>> {
    const ids = interfaces.map(({ virtualInterfaceId }) => virtualInterfaceId);
    if (ids.length === 0) return { ok: true, value: [] };
    return this.#cloudWatch.ask(anywhere('cloudwatch:GetMetricData'), (client) => {
      return interfaceMetrics(client, ids, Date.now() + client.config.systemClockOffset, abortSignal);
    });
  }
}
