/** What takes the data: CloudWatch, by `aws/`, or a test. */
import type { PutDatum, PutResult } from '../aws/cloudwatch.ts';

export interface MetricSink {
  put(data: readonly PutDatum[], signal: AbortSignal): Promise<PutResult>;
  dropCredentials(): void;
}
