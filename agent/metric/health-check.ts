/** One check of `application/health+json`. */

export type HealthStatus = 'pass' | 'warn' | 'fail';

export interface HealthCheck {
  readonly componentId: string;
  readonly componentType: 'system' | 'component';
  readonly observedValue?: number | string;
  readonly observedUnit?: string;
  readonly status: HealthStatus;
  readonly affectedEndpoints?: readonly string[];
  /** ISO 8601. */
  readonly time: string;
  readonly output?: string;
  readonly links?: Readonly<Record<string, string>>;
}
