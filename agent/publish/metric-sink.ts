/** Where data go: CloudWatch, by `aws/`. */
import type { PutDatum, PutResult } from '../aws/cloudwatch.ts';

export interface MetricSink {
  put(data: readonly PutDatum[], signal: AbortSignal): Promise<PutResult>;
  dropCredentials(): void;
}
