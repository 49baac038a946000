/** One line of a timeline, in the short form of recordings/README.md: what a watch showed of an object, an Event or an action. */
export interface Line {
  /** Milliseconds since the recording's start. */
  readonly t: number;
  readonly ev?: 'INITIAL' | 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: string;
  readonly name?: string;
  /** Left out if it is the recording's own. */
  readonly ns?: string;
  readonly owners?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly phase?: string;
  readonly node?: string;
  readonly deletionTimestamp?: string | number;
  readonly conditions?: readonly ShortCondition[];
  readonly unschedulable?: boolean;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>> & { readonly conditions?: readonly ShortCondition[] };
  readonly [field: string]: unknown;
}

export interface ShortCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export type Timeline = readonly Line[];

/** Identity of an object among those of a timeline, as long as it lives. */
export function identityOf({ kind, ns = '', name = '' }: Line): string {
  return `${kind} ${ns} ${name}`;
}

/** Is the line about an object that can be counted (not an action, an Event, a heartbeat)? */
export function isObject({ kind }: Line): boolean {
  return kind !== 'Action' && kind !== 'Event' && kind !== 'Lease';
}

/** What a Deployment says while it rolls out: which of these, hangs on which of its ReplicaSet's first writes it happened to see. */
const UNDER_WAY: readonly (string | undefined)[] = ['NewReplicaSetCreated', 'FoundNewReplicaSet', 'ReplicaSetUpdated'];

/** A condition without what hangs on milliseconds. */
export function settled(condition: ShortCondition): ShortCondition {
  const { type, status, reason } = condition;
  return type === 'Progressing' && UNDER_WAY.includes(reason) ? { type, status, reason: 'under way' } : condition;
}
