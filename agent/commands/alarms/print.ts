/** What `alarms` prints: the template on standard output, what an operator should know of it on standard error. */
import { stringify } from 'yaml';
import type { ConfigRequest } from '../../config/gather.ts';
import { planAlarms } from '../../metric/alarms.ts';
import { alarmTemplate } from '../../metric/cloudformation.ts';
import { EX_USAGE, loadPublishing, THIS_VPC } from '../publish-plan.ts';

interface Output {
  out(text: string): void;
  error(text: string): void;
}

export interface PrintOptions {
  readonly format: 'yaml' | 'json';
  readonly vpcId?: string;
  readonly snsTopic?: string;
  readonly maintenanceAlarm?: string;
  readonly site?: string;
}

/** CloudFormation's quotas: resources of a template, and bytes that a request may carry without a bucket. */
const MOST_RESOURCES = 500;
const LARGEST_BODY = 51_200;
const ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]{1,256}$/;

/** @returns the exit code */
export async function alarms(request: ConfigRequest, options: PrintOptions, output: Output): Promise<number> {
  const { format, snsTopic, site } = options;
  const say = (text: string): void => output.error(`vpc-canary: ${text}\n`);
  if (snsTopic !== undefined && !ARN.test(snsTopic)) {
    say(`--sns-topic "${snsTopic}" is no ARN of a topic; write arn:aws:sns:REGION:ACCOUNT:NAME`);
    return EX_USAGE;
  }
  const loaded = await loadPublishing(request, site ?? null);
  if (!loaded.ok) {
    say(loaded.text);
    return loaded.code;
  }
  const { publishing } = loaded;
  const plan = planAlarms(publishing);
  // the template adds the alarm of maintenance
  const resources = plan.alarms.length + 1;
  if (resources > MOST_RESOURCES) {
    say(
      `${resources} resources are more than the ${MOST_RESOURCES} of a template; print one for each site: --site NAME`,
    );
    return EX_USAGE;
  }
  if (publishing.builtInTargets) say('no targets are configured: these alarms watch this host itself');
  if (plan.folded.length > 0) {
    const first = plan.folded.slice(0, 5).map(({ name }) => name);
    const more = plan.folded.length - first.length;
    say(
      `no alarms for ${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}: they are published together as Other; raise publish.cloudwatch.maxSeries`,
    );
  }
  const template = alarmTemplate(plan.alarms, {
    vpc: options.vpcId ?? (publishing.vpc === THIS_VPC ? null : publishing.vpc),
    namespace: publishing.namespace,
    topic: snsTopic ?? null,
    maintenanceAlarm: options.maintenanceAlarm ?? null,
  });
  const text = templateText(template, format);
  if (Buffer.byteLength(text) > LARGEST_BODY) {
    say(`the template is larger than ${LARGEST_BODY} bytes: deploy it with --s3-bucket BUCKET`);
  }
  output.out(text);
  return 0;
}

export function templateText(template: object, format: 'yaml' | 'json'): string {
  if (format === 'json') return `${JSON.stringify(template, null, 2)}\n`;
  return stringify(template, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' });
}
