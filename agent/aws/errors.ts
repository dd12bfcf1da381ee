/**
 * One classification of everything that can go wrong with a call to AWS. Whoever calls acts on the class; people
 * read the text and the remedy.
 *
 * Codes come in several forms (`ThrottlingException` as a class, `Throttling` from the query-compatible header,
 * `ExpiredTokenException` from the body), so the end `Exception` is taken off first. An answer that is not AWS's
 * JSON, a load balancer's 503 page for example, surfaces as a SyntaxError and is judged by its status.
 */
export type AwsClass =
  /** Too many calls: come back later. */
  | 'throttled'
  /** The network, DNS, a 5xx, no answer: come back later. */
  | 'transient'
  /** The credentials are missing, too old or unknown. */
  | 'credentials'
  /** The signature's time was refused. */
  | 'clock'
  /** The role may not do it. */
  | 'denied'
  /** This request will never be taken. */
  | 'invalid'
  /** The request is larger than the service takes. */
  | 'too-large';

export interface AwsFailure {
  readonly class: AwsClass;
  /** AWS's or the system's code: "Throttling", "ECONNREFUSED". */
  readonly code: string;
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** In words, without a full stop. */
  readonly text: string;
  readonly remedy: string;
}

/** What is called, for the texts. */
export interface AwsCall {
  /** "cloudwatch:PutMetricData" */
  readonly action: string;
  /** The statement of an IAM policy that allows it. */
  readonly statement: string;
  readonly host: string;
  readonly region: string;
  /** Name of the interface endpoint that would lead there from inside a VPC; absent where an endpoint is configured. */
  readonly endpointService?: string;
}

const CLOCK = /^(RequestTimeTooSkewed|RequestInTheFuture|InvalidSignature|SignatureDoesNotMatch)$/;
const CREDENTIALS =
  /^(ExpiredToken|InvalidClientTokenId|UnrecognizedClient|MissingAuthenticationToken|MissingAuthenticationTokenException|InvalidAccessKeyId|CredentialsProviderError|TokenRefreshRequired|IncompleteSignature|OptInRequired|AuthFailure)$/;
const DENIED = /^(AccessDenied|UnauthorizedOperation|NotAuthorized|Unauthorized)$/;
const THROTTLED =
  /^(Throttling|Throttled|ThrottledException|RequestThrottled|TooManyRequests|RequestLimitExceeded|LimitExceeded|SlowDown|BandwidthLimitExceeded)/;
const TOO_LARGE = /^(RequestEntityTooLarge|RequestTooLarge|PayloadTooLarge|ContentLengthExceeded)$/;
/** "Credential should be scoped to a valid region": the signature is good, and for another region than the endpoint's. */
const REGION = /scoped to (a valid|the correct) region/i;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|SSL/;

export function classify(error: unknown, call: AwsCall): AwsFailure {
  const facts = factsOf(error);
  const kind = classOf(facts);
  return { class: kind, code: facts.code, status: facts.status, ...told(kind, facts, call) };
}

interface Facts {
  readonly code: string;
  readonly status: number | null;
  readonly message: string;
  readonly remedy: string | null;
  /** AWS said when it is, and it is not what this host thinks. */
  readonly skewed: boolean;
}

function factsOf(error: unknown): Facts {
  const bag = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const metadata = (bag['$metadata'] ?? {}) as { httpStatusCode?: number; clockSkewCorrected?: boolean };
  const response = bag['$response'] as { statusCode?: number } | undefined;
  const code = String(bag['Code'] ?? bag['code'] ?? bag['name'] ?? 'unknown').replace(/Exception$/, '');
  const cause = bag['cause'] as { code?: unknown; message?: unknown } | undefined;
  const status = metadata.httpStatusCode ?? response?.statusCode ?? null;
  // A parser's message quotes what it could not read, and answers hold secrets.
  const unread = error instanceof SyntaxError || (status !== null && status < 300);
  return {
    code: code === 'Error' && cause?.code !== undefined ? String(cause.code) : code,
    status,
    message: unread ? 'the answer cannot be read' : oneLine(String(bag['message'] || cause?.message || error)),
    remedy: typeof bag['remedy'] === 'string' ? bag['remedy'] : null,
    skewed: metadata.clockSkewCorrected === true,
  };
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 300).replace(/\.$/, '');

function classOf({ code, status, message, skewed }: Facts): AwsClass {
  if (REGION.test(message)) return 'denied';
  if (skewed && (status === 400 || status === 401 || status === 403)) return 'clock';
  // EC2 says so of a session token that has ended, too; then the time is right.
  if (code === 'RequestExpired') return 'credentials';
  if (CLOCK.test(code)) return 'clock';
  if (CREDENTIALS.test(code)) return 'credentials';
  if (THROTTLED.test(code) || status === 429) return 'throttled';
  if (TOO_LARGE.test(code) || status === 413) return 'too-large';
  if (DENIED.test(code) || status === 401 || status === 403) return 'denied';
  if (status !== null && status >= 400 && status < 500 && status !== 408) return 'invalid';
  return 'transient';
}

function told(kind: AwsClass, facts: Facts, call: AwsCall): Pick<AwsFailure, 'text' | 'remedy'> {
  const { code, status, message } = facts;
  switch (kind) {
    case 'throttled':
      return {
        text: `AWS asks for fewer calls of ${call.action} (${code})`,
        remedy: 'nothing to do: it is tried again later; if it lasts, have the account’s quota raised',
      };
    case 'clock':
      return {
        text: `AWS refuses the time of the request (${code}): this host's clock is off, or the secret key is wrong`,
        remedy: 'set the clock: chronyc makestep; on EC2 the time server is 169.254.169.123',
      };
    case 'credentials':
      return {
        text: facts.remedy === null ? `AWS does not take the credentials (${code}: ${message})` : message,
        remedy: facts.remedy ?? 'attach an instance profile, or give the agent AWS_ACCESS_KEY_ID and its secret',
      };
    case 'denied':
      if (REGION.test(message)) {
        return {
          text: `${call.host} is not in the region ${call.region} (${code}: ${message})`,
          remedy: 'make the region and the endpoint agree: publish.cloudwatch or parameters, each has both',
        };
      }
      return {
        text: `the role may not call ${call.action} (${code}: ${message})`,
        remedy: `add to the role's policy: ${call.statement}`,
      };
    case 'invalid':
      return { text: `AWS does not take the request (${code}: ${message})`, remedy: 'look at the name it speaks of' };
    case 'too-large':
      return { text: `the request is too large for AWS (${code})`, remedy: 'nothing to do: it is sent in halves' };
    case 'transient':
      return status === null ? unreachable(facts, call) : serverTrouble(facts, status, call.host);
  }
}

function unreachable(
  { code, message }: Facts,
  { host, endpointService }: AwsCall,
): Pick<AwsFailure, 'text' | 'remedy'> {
  const endpoint =
    endpointService === undefined ? 'an interface endpoint' : `the interface endpoint ${endpointService}`;
  if (CERTIFICATE.test(code) || CERTIFICATE.test(message)) {
    return {
      text: `the certificate of ${host} is not trusted (${code})`,
      remedy:
        'name the CA that signed it under aws.certificates (a PEM file), or take what intercepts TLS out of the way',
    };
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(code)) {
    return {
      text: `the name ${host} cannot be resolved (${code})`,
      remedy: `check DNS, the region, and whether the VPC has ${endpoint} with private DNS`,
    };
  }
  return {
    text: `${host} cannot be reached (${code}: ${message})`,
    remedy: `check the route to AWS: ${endpoint} in this VPC, a NAT gateway, or aws.proxy`,
  };
}

function serverTrouble({ code, message }: Facts, status: number, host: string): Pick<AwsFailure, 'text' | 'remedy'> {
  if (status < 300) {
    return {
      text: `${host} answers, but ${message}`,
      remedy: 'check what stands between (a proxy that alters answers); if AWS answers so, it is tried again',
    };
  }
  return {
    text: `${host} answers ${status} (${code})`,
    remedy: 'nothing to do: it is tried again; see the AWS Health Dashboard if it lasts',
  };
}
